//! How a value of each kind of shape is read and checked; the generated code is made of these.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::{Number as JsonNumber, Value};

use crate::decode::Step;
use crate::text::{Length, Text};
use crate::{Blob, Decode, DecodeError, Decoder, Members, StringEnum};

/// How a shape is read into a `T`.
pub(crate) trait Rule<T> {
    /// Reads a value, noting the constraints that it breaks.
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<T, DecodeError>;

    /// Whether messages leave the value out.
    fn sensitive(&self) -> bool {
        false
    }

    /// What a list or map says of its elements when one breaks a constraint. `None` for structures, whose
    /// members speak for themselves.
    fn constraints(&self) -> Option<Vec<String>> {
        None
    }
}

/// A structure.
pub(crate) struct Structure;

impl<T: Decode> Rule<T> for Structure {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<T, DecodeError> {
        let Value::Object(members) = value else {
            return Err(DecodeError::serialization("Expected map or null"));
        };
        decoder.hiding(T::SENSITIVE, |decoder| T::decode(decoder, Members(members)))
    }

    fn sensitive(&self) -> bool {
        T::SENSITIVE
    }
}

impl<T: From<String>> Rule<T> for Text {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<T, DecodeError> {
        let text = string(value)?;
        for constraint in self.broken_by(text) {
            let quoted = (!self.sensitive).then(|| format!("'{text}'"));
            decoder.violate(quoted.as_deref(), &constraint);
        }
        Ok(T::from(text.to_owned()))
    }

    fn sensitive(&self) -> bool {
        self.sensitive
    }

    fn constraints(&self) -> Option<Vec<String>> {
        Some(Text::constraints(self))
    }
}

/// A word of an enumeration.
pub(crate) struct Choice;

impl<E: StringEnum> Rule<E> for Choice {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<E, DecodeError> {
        let word = string(value)?;
        Ok(E::from_word(word).unwrap_or_else(|| {
            decoder.violate(Some(&format!("'{word}'")), &value_set(E::WORDS));
            E::default()
        }))
    }

    fn constraints(&self) -> Option<Vec<String>> {
        Some(vec![value_set(E::WORDS)])
    }
}

fn value_set(words: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", words.join(", "))
}

/// A true or false.
pub(crate) struct Flag;

impl Rule<bool> for Flag {
    fn read(&self, _: &mut Decoder, value: &Value) -> Result<bool, DecodeError> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            // The service takes any string here, and only "true" is true.
            Value::String(word) => Ok(word.eq_ignore_ascii_case("true")),
            other => Err(unfit(other, "a Boolean")),
        }
    }
}

/// An integer of 32 bits.
pub(crate) struct Number {
    pub(crate) min: Option<i32>,
    pub(crate) max: Option<i32>,
}

impl Rule<i32> for Number {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<i32, DecodeError> {
        let number = match value {
            Value::Number(number) => truncated(number),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| unfit(value, "an Integer"))?;
        let quoted = format!("'{number}'");
        if let Some(min) = self.min.filter(|min| number < *min) {
            decoder.violate(
                Some(&quoted),
                &format!("Member must have value greater than or equal to {min}"),
            );
        }
        if let Some(max) = self.max.filter(|max| number > *max) {
            decoder.violate(
                Some(&quoted),
                &format!("Member must have value less than or equal to {max}"),
            );
        }
        Ok(number)
    }
}

/// The service cuts fractions off; what does not fit 32 bits is not an integer to it.
fn truncated(number: &JsonNumber) -> Option<i32> {
    if let Some(whole) = number.as_i64() {
        return i32::try_from(whole).ok();
    }
    let whole = number.as_f64()?.trunc();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "inside the range of i32, and whole"
    )]
    (f64::from(i32::MIN)..=f64::from(i32::MAX))
        .contains(&whole)
        .then_some(whole as i32)
}

/// Bytes.
pub(crate) struct Bytes(pub(crate) Length);

impl Rule<Blob> for Bytes {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<Blob, DecodeError> {
        let bytes = BASE64
            .decode(string(value)?.as_bytes())
            .map_err(|_| DecodeError::Serialization { message: None })?;
        if let Some(constraint) = self.0.broken_by(bytes.len()) {
            decoder.violate(None, &constraint);
        }
        Ok(Blob(bytes))
    }
}

/// Any JSON, except that the service stumbles over a string.
pub(crate) struct Document;

impl Rule<Value> for Document {
    fn read(&self, _: &mut Decoder, value: &Value) -> Result<Value, DecodeError> {
        if value.is_string() {
            Err(DecodeError::Internal)
        } else {
            Ok(value.clone())
        }
    }
}

/// A list.
pub(crate) struct List<R: 'static> {
    pub(crate) length: Length,
    pub(crate) of: &'static R,
}

impl<T: Default, R: Rule<T>> Rule<Vec<T>> for List<R> {
    fn read(&self, decoder: &mut Decoder, value: &Value) -> Result<Vec<T>, DecodeError> {
        let Value::Array(elements) = value else {
            return Err(DecodeError::serialization("Expected list or null"));
        };
        let shown = || {
            let scalar = self.of.constraints().is_some() && !self.of.sensitive();
            scalar.then(|| {
                format!(
                    "'[{}]'",
                    elements.iter().map(plain).collect::<Vec<_>>().join(", ")
                )
            })
        };
        if let Some(constraint) = self.length.broken_by(elements.len()) {
            decoder.violate(shown().as_deref(), &constraint);
        }
        let before = decoder.violations.len();
        let read = elements.iter().enumerate().map(|(index, element)| {
            decoder.within(Step::Element(index + 1), |decoder| {
                if element.is_null() {
                    decoder.violate(Some("null"), "Member must not be null");
                    return Ok(T::default());
                }
                self.of.read(decoder, element)
            })
        });
        let read = read.collect::<Result<_, _>>()?;
        // Of scalars the service does not say which one is wrong: it shows the list and recites the rules.
        if decoder.violations.len() > before
            && let Some(mut constraints) = self.of.constraints()
        {
            decoder.violations.truncate(before);
            if elements.iter().any(Value::is_null) {
                constraints.push("Member must not be null".to_owned());
            }
            let constraint = format!(
                "Member must satisfy constraint: [{}]",
                constraints.join(", ")
            );
            decoder.violate(shown().as_deref(), &constraint);
        }
        Ok(read)
    }
}

/// A map.
pub(crate) struct Dictionary<R: 'static> {
    pub(crate) sensitive: bool,
    pub(crate) length: Length,
    pub(crate) key: &'static Text,
    pub(crate) value: &'static R,
}

impl<T, R: Rule<T>> Rule<BTreeMap<String, T>> for Dictionary<R> {
    fn read(
        &self,
        decoder: &mut Decoder,
        value: &Value,
    ) -> Result<BTreeMap<String, T>, DecodeError> {
        let Value::Object(entries) = value else {
            return Err(DecodeError::serialization("Expected map or null"));
        };
        let shown = || {
            let scalar =
                self.value.constraints().is_some() && !self.sensitive && !self.value.sensitive();
            let entry = |(key, value)| format!("{key}={}", plain(value));
            scalar.then(|| {
                format!(
                    "'{{{}}}'",
                    entries.iter().map(entry).collect::<Vec<_>>().join(", ")
                )
            })
        };
        decoder.hiding(self.sensitive, |decoder| {
            if let Some(constraint) = self.length.broken_by(entries.len()) {
                decoder.violate(shown().as_deref(), &constraint);
            }
            if entries
                .keys()
                .any(|key| self.key.broken_by(key).next().is_some())
            {
                let constraints = Text::constraints(self.key).join(", ");
                decoder.violate(
                    shown().as_deref(),
                    &format!("Map keys must satisfy constraint: [{constraints}]"),
                );
            }
            let before = decoder.violations.len();
            let present = entries.iter().filter(|(_, value)| !value.is_null());
            let read = present.map(|(key, value)| {
                let value = decoder.within(Step::Entry(key.clone()), |decoder| {
                    self.value.read(decoder, value)
                })?;
                Ok((key.clone(), value))
            });
            let read = read.collect::<Result<_, _>>()?;
            if decoder.violations.len() > before
                && let Some(constraints) = self.value.constraints()
            {
                decoder.violations.truncate(before);
                let constraint = format!(
                    "Map value must satisfy constraint: [{}]",
                    constraints.join(", ")
                );
                decoder.violate(shown().as_deref(), &constraint);
            }
            Ok(read)
        })
    }

    fn sensitive(&self) -> bool {
        self.sensitive
    }
}

/// A string, and nothing that would have to become one.
fn string(value: &Value) -> Result<&str, DecodeError> {
    value.as_str().ok_or_else(|| unfit(value, "a String"))
}

/// The refusal of a value where the model has a scalar.
fn unfit(value: &Value, wanted: &str) -> DecodeError {
    let found = match value {
        Value::Object(_) => {
            return DecodeError::serialization(
                "Start of structure or map found where not expected.",
            );
        }
        Value::Array(_) => {
            return DecodeError::serialization("Start of list found where not expected.");
        }
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    DecodeError::serialization(format!("{found} can not be converted to {wanted}"))
}

/// A scalar without the quotes of JSON.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
