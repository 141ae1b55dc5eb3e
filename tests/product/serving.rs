//! The program serving analysts, with every door on a port of its own; and what its audit log says.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use quarterdeck_control::{AuditFilter, AuditRecord, Control};

use crate::support::{DEMO, Home};

/// One tenant of the demo.
pub(crate) const GIFTS: &str = "gift_wholesale";
/// Another one.
pub(crate) const DESK: &str = "service_desk";
/// Never ends by itself.
pub(crate) const RUNAWAY: &str = "SELECT count(*) FROM order_lines a CROSS JOIN order_lines b CROSS JOIN order_lines c WHERE a.quantity + b.quantity <> c.quantity";

/// A server; killed when dropped.
pub(crate) struct Serving {
    child: Child,
    /// `127.0.0.1:port` of the HTTP door.
    pub(crate) http: String,
    /// Port of the PostgreSQL door.
    pub(crate) postgres: String,
    /// Port of the Flight SQL door.
    pub(crate) flight: String,
    /// Several servers look at one home: each has a journal of its own.
    _journal: tempfile::TempDir,
}

impl Serving {
    /// Starts on `home` with `settings` in the environment.
    pub(crate) fn start(home: &Home, settings: &[(&str, &str)]) -> Self {
        let journal = tempfile::tempdir().unwrap();
        let mut command = home.command(&["serve"]);
        command.env("QUARTERDECK_HTTP_LISTEN", "127.0.0.1:0").env("QUARTERDECK_POSTGRES_LISTEN", "127.0.0.1:0");
        command.env("QUARTERDECK_FLIGHT_LISTEN", "127.0.0.1:0");
        command.env("QUARTERDECK_JOURNAL_FOLDER", journal.path()).envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = |before: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(before).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let http = next("listening on http://");
        let postgres = next("listening on postgres://127.0.0.1:");
        let flight = next("listening on grpc://127.0.0.1:");
        Self { child, http, postgres, flight, _journal: journal }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A new token of the demo.
pub(crate) fn token(tenant: &str, role: &str, name: &str) -> String {
    DEMO.succeed(&["token", "create", "--tenant", tenant, "--role", role, "--name", name]).trim().to_owned()
}

/// The first entry about `who` that `is` the one, waited for.
pub(crate) async fn noted(who: &str, is: impl Fn(&AuditRecord) -> bool) -> AuditRecord {
    let control = Control::open(DEMO.path().join("control.sqlite").to_str().unwrap()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let all = control.audit(&AuditFilter::default(), 1000).await.unwrap();
        let theirs = all.into_iter().filter(|record| record.who_name.as_deref() == Some(who)).collect::<Vec<_>>();
        match theirs.iter().find(|record| is(record)) {
            Some(found) => return found.clone(),
            None => assert!(Instant::now() < deadline, "not noted of {who}: {theirs:#?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
