//! Builds again when a SQL file is added or removed: embedding alone notices only changes.

fn main() {
    for folder in ["tables", "mappings", "features", "lists", "views", "kpis"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
