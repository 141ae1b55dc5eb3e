//! Tells Cargo to look again when a migration file joins: the macro that embeds the folder only watches files it has seen.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
