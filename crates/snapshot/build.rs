//! Protos → descriptor set (protox, so that no protoc is needed) → Rust.
use std::error::Error;
use std::path::PathBuf;

const FILES: [&str; 2] = [
    "turnout/v1/value.proto",
    "turnout/snapshot/v1/snapshot.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../protos");
    let descriptors = PathBuf::from(std::env::var("OUT_DIR")?).join("snapshot.descriptors");
    let set = protox::Compiler::new([&root])?
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?
        .encode_file_descriptor_set();
    std::fs::write(&descriptors, set)?;
    buffa_build::Config::new()
        .descriptor_set(&descriptors)
        .files(&FILES)
        .generate_json(true)
        .gate_impls_on_crate_features(true)
        .generate_views(true)
        .include_file("messages.rs")
        .compile()?;
    println!("cargo:rerun-if-changed={}", root.display());
    Ok(())
}
