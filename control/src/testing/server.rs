//! One PostgreSQL server a test process, started by scripts/postgres-server and stopped when the process ends; one database a
//! test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AnyConnection, AssertSqlSafe, Connection};

static SERVER: OnceLock<Server> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Server {
    port: u16,
    /// The server stops when its standard input ends, and so with this process.
    _child: Child,
}

impl Server {
    /// Another program may take a port between our asking for one and the server's: so try a few.
    fn start() -> Self {
        (0..5)
            .find_map(|_| Self::start_once())
            .expect("scripts/postgres-server does not start a server: what it says stands above")
    }

    fn start_once() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres-server");
        let mut command = Command::new(script);
        command.arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("scripts/postgres-server cannot be run");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.trim() == "ready" {
            return Some(Self { port, _child: child });
        }
        let _ = child.wait();
        None
    }
}

fn url(name: &str) -> String {
    format!("postgres://quarterdeck:hush@127.0.0.1:{}/{name}", SERVER.get_or_init(Server::start).port)
}

async fn administer(sql: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&url("postgres")).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A database, dropped with this.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        administer(format!("CREATE DATABASE {name}")).await;
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        url(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let drop = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(administer(sql));
        let _ = std::thread::spawn(drop).join();
    }
}
