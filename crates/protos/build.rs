//! Protos → descriptor set (protox, so that no protoc is needed) → Rust messages and services.
use std::error::Error;
use std::path::PathBuf;

use connectrpc_build::CodeGenConfig;

const FILES: [&str; 2] = ["turnout/v1/reason.proto", "turnout/v1/decision.proto"];
/// Messages of `turnout/v1/value.proto`, which crates/snapshot owns.
const SHARED: [&str; 4] = ["Value", "NullValue", "ListValue", "ObjectValue"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../protos");
    let descriptors = PathBuf::from(std::env::var("OUT_DIR")?).join("turnout.descriptors");
    let set = protox::Compiler::new([&root])?
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?
        .encode_file_descriptor_set();
    std::fs::write(&descriptors, set)?;
    let mut messages = CodeGenConfig::default();
    messages.generate_json = true;
    messages.extern_paths = SHARED
        .iter()
        .map(|name| {
            (
                format!(".turnout.v1.{name}"),
                format!("::turnout_snapshot::turnout::v1::{name}"),
            )
        })
        .collect();
    connectrpc_build::Config::new()
        .buffa_config(messages)
        .descriptor_set(&descriptors)
        .files(&FILES)
        .include_file("messages.rs")
        .compile()?;
    println!("cargo:rerun-if-changed={}", root.display());
    Ok(())
}
