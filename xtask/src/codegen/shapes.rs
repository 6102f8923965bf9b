//! The files of shapes: one per family, and one for what families share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::names::{constant, field, pascal, variant};
use super::pattern::{self, Class};
use super::plan::{Plan, SHARED};
use super::service::{Kind, Shape};

/// Writes the module of a family, or the shared one.
pub(super) fn module(plan: &Plan, module: &str) -> Result<String, String> {
    let mut writer = Writer {
        plan,
        module,
        body: String::new(),
        uses: BTreeMap::new(),
    };
    let shapes: Vec<_> = plan.residents(module).collect();
    for name in &shapes {
        let shape = plan.shape(name)?;
        match shape.kind {
            Kind::Structure if !shape.is_document() => writer.structure(name, shape)?,
            Kind::String if shape.words.is_some() => writer.enumeration(name, shape)?,
            _ => {}
        }
    }
    for name in shapes.into_iter().filter(|name| plan.is_input(name)) {
        writer.rule(name, plan.shape(name)?)?;
    }
    let what = if module == SHARED {
        "Shapes that several families use."
    } else {
        "Shapes of one family."
    };
    let mut file = format!("//! {what}\n\n");
    for (path, names) in &writer.uses {
        let names = names
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let _ = writeln!(file, "use {path}::{{{names}}};");
    }
    Ok(file + "\n" + &writer.body)
}

struct Writer<'a> {
    plan: &'a Plan,
    module: &'a str,
    body: String,
    /// What the module takes from where.
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Writer<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.body.push_str(line.as_ref());
        self.body.push('\n');
    }

    fn take(&mut self, path: &str, name: &str) {
        self.uses
            .entry(path.to_owned())
            .or_default()
            .insert(name.to_owned());
    }

    /// Takes a name that lives where the shape lives.
    fn take_of(&mut self, shape: &str, name: &str) {
        let home = self.plan.home(shape);
        if home != self.module {
            self.take(&format!("super::{home}"), name);
        }
    }

    fn structure(&mut self, name: &str, shape: &Shape) -> Result<(), String> {
        self.take("serde", "Serialize");
        self.take("serde", "Deserialize");
        let debug = if shape.is_sensitive() { "" } else { "Debug, " };
        self.line(format!(
            "#[derive(Clone, {debug}Default, PartialEq, Serialize, Deserialize)]"
        ));
        self.line(r#"#[serde(default, rename_all = "PascalCase")]"#);
        self.line(format!("pub struct {name} {{"));
        for (member, target) in shape.members() {
            let field = field(member);
            let kind = self.kind(target)?;
            let rename = (pascal(&field) != member).then(|| format!("rename = {member:?}"));
            let skip = (!shape.requires(member))
                .then(|| r#"skip_serializing_if = "Option::is_none""#.to_owned());
            let settings: Vec<_> = rename.into_iter().chain(skip).collect();
            if !settings.is_empty() {
                self.line(format!("#[serde({})]", settings.join(", ")));
            }
            let kind = if shape.requires(member) {
                kind
            } else {
                format!("Option<{kind}>")
            };
            self.line(format!("pub {field}: {kind},"));
        }
        self.line("}\n");
        if shape.is_sensitive() {
            self.line(format!("impl std::fmt::Debug for {name} {{"));
            self.line("fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {");
            self.line(format!("f.write_str(\"{name}(***)\")\n}}\n}}\n"));
        }
        if self.plan.is_input(name) {
            self.decode(name, shape)?;
        }
        Ok(())
    }

    fn decode(&mut self, name: &str, shape: &Shape) -> Result<(), String> {
        for item in ["Decode", "DecodeError", "Decoder", "Members"] {
            self.take("crate", item);
        }
        let empty = shape.members().next().is_none();
        let (decoder, members) = if empty { ("_", "_") } else { ("d", "m") };
        self.line(format!("impl Decode for {name} {{"));
        if shape.is_sensitive() {
            self.line("const SENSITIVE: bool = true;\n");
        }
        self.line(format!("fn decode({decoder}: &mut Decoder, {members}: Members<'_>) -> Result<Self, DecodeError> {{"));
        self.line("Ok(Self {");
        for (member, target) in shape.members() {
            let how = if shape.requires(member) {
                "required"
            } else {
                "optional"
            };
            let rule = self.rule_of(target)?;
            self.line(format!(
                "{}: d.{how}(m, {member:?}, &{rule})?,",
                field(member)
            ));
        }
        self.line("})\n}\n}\n");
        Ok(())
    }

    fn enumeration(&mut self, name: &str, shape: &Shape) -> Result<(), String> {
        self.take("crate::string_enum", "string_enum");
        self.line(format!("string_enum!({name} {{"));
        for word in shape.words.iter().flatten() {
            self.line(format!("    {} = {word:?},", variant(word)?));
        }
        self.line("});\n");
        Ok(())
    }

    /// The Rust type of a shape.
    fn kind(&mut self, name: &str) -> Result<String, String> {
        let shape = self.plan.shape(name)?;
        Ok(match shape.kind {
            Kind::Structure if shape.is_document() => {
                self.take("serde_json", "Value");
                "Value".to_owned()
            }
            Kind::Structure => {
                self.take_of(name, name);
                name.to_owned()
            }
            Kind::String if shape.words.is_some() => {
                self.take_of(name, name);
                name.to_owned()
            }
            Kind::String if shape.is_sensitive() => {
                self.take("crate", "Sensitive");
                "Sensitive".to_owned()
            }
            Kind::String => "String".to_owned(),
            Kind::Integer => "i32".to_owned(),
            Kind::Long => "i64".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::Blob => {
                self.take("crate", "Blob");
                "Blob".to_owned()
            }
            Kind::Timestamp => {
                self.take("crate", "Timestamp");
                "Timestamp".to_owned()
            }
            Kind::List => {
                let element = self.kind(part(name, shape.member.as_ref())?)?;
                format!("Vec<{element}>")
            }
            Kind::Map => {
                self.take("std::collections", "BTreeMap");
                let value = self.kind(part(name, shape.value.as_ref())?)?;
                // A sensitive map hides its values and shows its keys.
                let hidden = shape.is_sensitive() && value == "String";
                if hidden {
                    self.take("crate", "Sensitive");
                }
                format!(
                    "BTreeMap<String, {}>",
                    if hidden { "Sensitive" } else { &value }
                )
            }
        })
    }

    /// The rule that reads a shape: a static of its own, or one of those without settings.
    fn rule_of(&mut self, name: &str) -> Result<String, String> {
        let shape = self.plan.shape(name)?;
        let simple = match shape.kind {
            Kind::Structure if shape.is_document() => "Document",
            Kind::Structure => "Structure",
            Kind::Boolean => "Flag",
            Kind::String if shape.words.is_some() => "Choice",
            Kind::String | Kind::Integer | Kind::Blob | Kind::List | Kind::Map => {
                let rule = constant(name);
                self.take_of(name, &rule);
                return Ok(rule);
            }
            Kind::Long | Kind::Timestamp => {
                return Err(format!("{name}: a kind not met in requests before"));
            }
        };
        self.take("crate::rules", simple);
        Ok(simple.to_owned())
    }

    /// Writes the static for a shape that has settings.
    fn rule(&mut self, name: &str, shape: &Shape) -> Result<(), String> {
        let (kind, value) = match shape.kind {
            Kind::String if shape.words.is_none() => ("Text".to_owned(), self.text(name, shape)?),
            Kind::Integer => {
                if [shape.min, shape.max]
                    .into_iter()
                    .flatten()
                    .any(|bound| i32::try_from(bound).is_err())
                {
                    return Err(format!("{name}: a bound beyond 32 bits"));
                }
                (
                    "Number".to_owned(),
                    format!("Number {{ {} }}", bounds(shape)),
                )
            }
            Kind::Blob => ("Bytes".to_owned(), format!("Bytes({})", self.length(shape))),
            Kind::List => {
                let of = self.rule_of(part(name, shape.member.as_ref())?)?;
                let length = self.length(shape);
                let kind = self.kind_of_rule(part(name, shape.member.as_ref())?)?;
                (
                    format!("List<{kind}>"),
                    format!("List {{ length: {length}, of: &{of} }}"),
                )
            }
            Kind::Map => {
                let key = self.rule_of(part(name, shape.key.as_ref())?)?;
                let value = self.rule_of(part(name, shape.value.as_ref())?)?;
                let kind = self.kind_of_rule(part(name, shape.value.as_ref())?)?;
                let (sensitive, length) = (shape.is_sensitive(), self.length(shape));
                (
                    format!("Dictionary<{kind}>"),
                    format!(
                        "Dictionary {{ sensitive: {sensitive}, length: {length}, key: &{key}, value: &{value} }}"
                    ),
                )
            }
            _ => return Ok(()),
        };
        let base = kind.split('<').next().unwrap_or(&kind);
        let module = if base == "Text" {
            "crate::text"
        } else {
            "crate::rules"
        };
        self.take(module, base);
        self.line(format!(
            "pub(super) static {}: {kind} = {value};\n",
            constant(name)
        ));
        Ok(())
    }

    /// The type of the rule of an element.
    fn kind_of_rule(&mut self, name: &str) -> Result<&'static str, String> {
        let shape = self.plan.shape(name)?;
        let (module, kind) = match shape.kind {
            Kind::Structure if !shape.is_document() => ("crate::rules", "Structure"),
            Kind::String if shape.words.is_some() => ("crate::rules", "Choice"),
            Kind::String => ("crate::text", "Text"),
            _ => {
                return Err(format!(
                    "{name}: an element of a kind not met in requests before"
                ));
            }
        };
        self.take(module, kind);
        Ok(kind)
    }

    fn text(&mut self, name: &str, shape: &Shape) -> Result<String, String> {
        let sensitive = shape.is_sensitive();
        let length = self.length(shape);
        let Some(shown) = &shape.pattern else {
            return Ok(format!(
                "Text {{ sensitive: {sensitive}, pattern: None, length: {length} }}"
            ));
        };
        let translation = pattern::translate(self.plan.accepts(name).unwrap_or(shown))?;
        self.take("std::sync", "LazyLock");
        self.take("crate::text", "Pattern");
        self.take("crate::text", "compile");
        let class = match translation.class {
            None => "None".to_owned(),
            Some(Class {
                ascii,
                beyond,
                empty,
            }) => {
                self.take("crate::text", "Class");
                format!(
                    "Some(Class {{ ascii: {}, beyond: {beyond:?}, empty: {empty} }})",
                    bits(ascii)
                )
            }
        };
        Ok(format!(
            "Text {{ sensitive: {sensitive}, pattern: Some(Pattern {{ text: {}, class: {class}, \
             regex: LazyLock::new(|| compile({})) }}), length: {length} }}",
            raw(shown),
            raw(&translation.regex),
        ))
    }

    fn length(&mut self, shape: &Shape) -> String {
        self.take("crate::text", "Length");
        format!("Length {{ {} }}", bounds(shape))
    }
}

fn part<'a>(name: &str, part: Option<&'a super::service::ShapeRef>) -> Result<&'a str, String> {
    part.map(|part| part.shape.as_str())
        .ok_or_else(|| format!("{name} lacks a part"))
}

/// The bounds of a length or a number.
fn bounds(shape: &Shape) -> String {
    let bound = |bound: Option<i64>| {
        bound.map_or_else(
            || "None".to_owned(),
            |bound| format!("Some({})", grouped(bound)),
        )
    };
    format!("min: {}, max: {}", bound(shape.min), bound(shape.max))
}

/// A number with its digits in groups of three.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// 128 bits in groups of four digits.
fn bits(bits: u128) -> String {
    let digits = format!("{bits:032x}");
    let groups: Vec<_> = (0..8).map(|group| &digits[group * 4..][..4]).collect();
    format!("0x{}", groups.join("_"))
}

/// A raw string literal.
fn raw(text: &str) -> String {
    if text.contains('"') {
        format!("r#\"{text}\"#")
    } else {
        format!("r\"{text}\"")
    }
}
