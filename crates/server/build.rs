//! How the binary is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The addresses that the loader fills in take 30 KiB so, and 900 KiB otherwise, all of them read at each start.
    if std::env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
