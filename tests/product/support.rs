//! Runs the program, and keeps one home with the demo's records for the tests that only read.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_quarterdeck");

/// The checkout.
pub(crate) fn checkout() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sample files of a pack.
pub(crate) fn samples(pack: &str) -> Vec<PathBuf> {
    let mut files = std::fs::read_dir(checkout().join("data-samples").join(pack))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    files.sort();
    files
}

/// A home with the demo's records, loaded once; tests that use it write nothing.
pub(crate) static DEMO: LazyLock<Home> = LazyLock::new(|| {
    let home = Home::new();
    let samples = checkout().join("data-samples");
    home.succeed(&["demo", "--no-serve", "--samples", samples.to_str().unwrap()]);
    home
});

/// A home in a temporary directory.
pub(crate) struct Home {
    directory: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The program on this home, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--home").arg(self.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and answers what it printed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail with a message, not a panic, and answers the message.
    pub(crate) fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        errors
    }

    /// A KPI as `kpi … --format json` prints it.
    pub(crate) fn kpi(&self, tenant: &str, id: &str, more: &[&str]) -> Value {
        let arguments = [&["kpi", id, "--tenant", tenant, "--format", "json"], more].concat();
        serde_json::from_str(&self.succeed(&arguments)).unwrap()
    }

    /// The rows of a statement as JSON objects.
    pub(crate) fn sql(&self, tenant: &str, statement: &str) -> Vec<Value> {
        serde_json::from_str(&self.succeed(&["sql", "--tenant", tenant, "--format", "json", statement])).unwrap()
    }

    /// The one number that a statement answers.
    pub(crate) fn count(&self, tenant: &str, statement: &str) -> i64 {
        let rows = self.sql(tenant, statement);
        rows[0].as_object().unwrap().values().next().unwrap().as_i64().unwrap()
    }

    /// Loads files, and answers the report.
    pub(crate) fn load(&self, tenant: &str, pack: &str, files: &[PathBuf]) -> Value {
        let files = files.iter().map(|file| file.to_str().unwrap()).collect::<Vec<_>>();
        let arguments = [&["load", "--tenant", tenant, "--pack", pack, "--format", "json"], files.as_slice()].concat();
        serde_json::from_str(&self.succeed(&arguments)).unwrap()
    }
}
