//! The rules of ARCHITECTURE.md and CONTRIBUTING.md that can be checked by reading files.

use std::path::{Path, PathBuf};

use crate::support::checkout;

/// Longest Rust file, in lines; one concept a file.
const LONGEST_FILE: usize = 420;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![checkout().join(folder)];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let skipped = ["node_modules", "dist", "target"].iter().any(|name| path.ends_with(name));
            if path.is_dir() && !skipped {
                pending.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn rust_files() -> Vec<PathBuf> {
    ["src", "engine/src", "ingest/src", "models/src", "dashboards/src", "sql/src", "control/src", "wire/src", "tests", "benches"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_file_opens_with_what_it_is() {
    for path in rust_files() {
        assert!(read(&path).starts_with("//!"), "{} does not open with //!", path.display());
    }
}

#[test]
fn files_hold_one_concept() {
    for path in rust_files() {
        let lines = read(&path).lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", path.display());
    }
    for name in ["mod.rs", "utils.rs", "common.rs", "helpers.rs", "manager.rs"] {
        assert!(rust_files().iter().all(|path| !path.ends_with(name)), "a file is named {name}");
    }
}

#[test]
fn crates_depend_one_way() {
    let allowed = [
        ("control", vec![]),
        ("models", vec![]),
        ("engine", vec![]),
        ("ingest", vec!["engine"]),
        ("dashboards", vec!["engine", "control", "wire"]),
        ("sql", vec![]),
        ("wire", vec!["engine", "control"]),
    ];
    for (name, edges) in allowed {
        let manifest = read(&checkout().join(name).join("Cargo.toml"));
        for other in ["control", "engine", "ingest", "models", "dashboards", "sql", "wire"] {
            let depends = manifest.contains(&format!("quarterdeck-{other}.workspace"));
            assert!(!depends || edges.contains(&other), "{name} depends on {other}");
        }
        // The analysts' doors speak a protocol whose library is DataFusion's.
        if name != "engine" && name != "wire" {
            assert!(!manifest.contains("datafusion") && !manifest.contains("deltalake"), "{name} touches DataFusion or Delta");
        }
    }
}

#[test]
fn every_sql_file_has_its_test() {
    let without = ["tables"];
    for path in files("sql", "sql") {
        let relative = path.strip_prefix(checkout().join("sql")).unwrap();
        let exempt = relative.ends_with("raw.sql") || without.iter().any(|folder| relative.starts_with(folder));
        assert!(exempt || path.with_extension("slt").is_file(), "{} has no .slt beside it", relative.display());
    }
}

#[test]
fn no_kpi_is_named_in_rust() {
    let names =
        files("sql/kpis", "sql").iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(names.len() >= 22);
    let product = ["engine/src", "ingest/src", "dashboards/src", "control/src"].iter().flat_map(|folder| files(folder, "rs"));
    for path in product {
        let text = read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap();
        for name in names.iter().filter(|name| name.contains('_')) {
            assert!(!code.contains(&format!("\"{name}\"")), "{} names the KPI {name}", path.display());
        }
    }
}

#[test]
fn our_name_is_on_no_branded_page() {
    let app = ["ts", "svelte", "css", "html"].iter().flat_map(|ending| files("dashboards/web/src", ending));
    for path in app.chain([checkout().join("dashboards/web/index.html")]) {
        let text = read(&path).to_lowercase();
        assert!(!text.contains("quarterdeck"), "{} bears our name", path.display());
    }
}

#[test]
fn views_select_named_columns() {
    for path in files("sql", "sql") {
        assert!(!read(&path).to_uppercase().contains("SELECT *"), "{} selects *", path.display());
    }
}
