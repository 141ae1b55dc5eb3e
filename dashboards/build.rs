//! Builds again when a page or a file of the web app is added or removed: embedding alone notices only changes.

fn main() {
    for folder in ["pages", "web/dist"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
