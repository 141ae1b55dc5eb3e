//! Fresh stores for tests: each test runs on SQLite and on a real PostgreSQL server. Without a server the tests fail and say
//! what to install; they do not skip.

mod server;

use std::ops::Deref;

pub(crate) use self::server::Database;
use crate::{Control, Domains, Grant, Partner, Tenant};

/// A store of a test's own, gone when this is dropped. More handles on it are opened by its location.
pub(crate) struct Fresh {
    control: Control,
    pub(crate) location: String,
    _keeps: Keeps,
}

enum Keeps {
    Folder { _folder: tempfile::TempDir },
    Database { _database: Database },
}

impl Deref for Fresh {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Fresh {
    pub(crate) async fn sqlite() -> Self {
        // In memory, where there is such a folder: what is tested here is not the disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let location = folder.path().join("control.db").to_str().unwrap().to_owned();
        Self { control: Control::open(&location).await.unwrap(), location, _keeps: Keeps::Folder { _folder: folder } }
    }

    pub(crate) async fn postgres() -> Self {
        let database = Database::create().await;
        let location = database.url();
        Self { control: Control::open(&location).await.unwrap(), location, _keeps: Keeps::Database { _database: database } }
    }

    /// Several nodes on this store, each with connections of its own.
    pub(crate) async fn nodes(&self, count: usize) -> Vec<Control> {
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(Control::open(&self.location).await.unwrap());
        }
        nodes
    }
}

/// An empty store in each database.
pub(crate) async fn fresh_stores() -> [Fresh; 2] {
    [Fresh::sqlite().await, Fresh::postgres().await]
}

/// Partners north (gifts, desk) and south (desk), as the tests of identities know them.
pub(crate) async fn staged_stores() -> [Fresh; 2] {
    let stores = fresh_stores().await;
    for control in &stores {
        for id in ["north", "south"] {
            control.ensure_partner(&Partner { id: id.into(), name: id.into() }).await.unwrap();
        }
        for id in ["gifts", "desk"] {
            control.ensure_tenant(&Tenant::new(id, id, "EUR", chrono_tz::UTC, "en")).await.unwrap();
        }
        for (partner, tenant) in [("north", "gifts"), ("north", "desk"), ("south", "desk")] {
            control.ensure_grant(&Grant::new(partner, tenant, Domains::All)).await.unwrap();
        }
    }
    stores
}
