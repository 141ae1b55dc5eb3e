//! Opening stores: what is made, what is refused, and many openers at once.

use super::*;
use crate::testing::{Database, Fresh};
use crate::{Kind, Partner};

fn partner(id: &str) -> Partner {
    Partner { id: id.into(), name: id.into() }
}

#[tokio::test]
async fn creates_folder_and_file_and_keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/control.db");
    let location = path.to_str().unwrap();

    let first = Control::open(location).await.unwrap();
    first.ensure_partner(&partner("north")).await.unwrap();
    first.close().await;

    let second = Control::open(&format!("sqlite://{location}")).await.unwrap();
    assert_eq!(second.partners().await.unwrap(), [partner("north")]);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&second.pool).await.unwrap();
    assert_eq!(mode, "wal");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_and_an_old_one_stays_as_it_is() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("control.db");
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    let control = Control::open(path.to_str().unwrap()).await.unwrap();
    control.ensure_partner(&partner("north")).await.unwrap();
    assert_eq!([mode("control.db"), mode("control.db-wal"), mode("control.db-shm")], [0o600; 3]);
    control.close().await;

    std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    Control::open(path.to_str().unwrap()).await.unwrap();
    assert_eq!(mode("control.db"), 0o640);
}

#[tokio::test]
async fn refuses_what_it_cannot_open_and_shows_no_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = Control::open(&format!("postgres://me:secret@127.0.0.1:{port}/db")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(&format!("postgres://127.0.0.1:{port}/db")) && !shown.contains("secret"), "{shown}");

    let folder = tempfile::tempdir().unwrap();
    let error = Control::open(folder.path().to_str().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);

    let file = folder.path().join("not-a-database");
    std::fs::write(&file, "this is some other file, and a long enough one to be looked at ".repeat(20)).unwrap();
    let error = Control::open(file.to_str().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    for bad in ["", "sqlite:", "sqlite::memory:"] {
        assert_eq!(Control::open(bad).await.unwrap_err().kind(), Kind::Invalid, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_handles_open_and_write_one_new_file_at_once() {
    const HANDLES: usize = 6;
    const WRITES: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("control.db").to_str().unwrap().to_owned();
    let database = Database::create().await;
    for location in [file, database.url()] {
        let mut writers = Vec::new();
        for handle in 0..HANDLES {
            let location = location.clone();
            writers.push(tokio::spawn(async move {
                let control = Control::open(&location).await.unwrap();
                for write in 0..WRITES {
                    control.ensure_partner(&partner(&format!("p-{handle}-{write}"))).await.unwrap();
                    control.ensure_partner(&partner("shared")).await.unwrap();
                }
                control
            }));
        }
        let mut handles = Vec::new();
        for writer in writers {
            handles.push(writer.await.unwrap());
        }
        for handle in &handles {
            assert_eq!(handle.partners().await.unwrap().len(), HANDLES * WRITES + 1);
        }
    }
}

#[tokio::test]
async fn stores_in_memory_are_apart() {
    let one = Control::in_memory().await.unwrap();
    let other = Control::in_memory().await.unwrap();
    one.ensure_partner(&partner("north")).await.unwrap();
    assert!(other.partners().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_path_is_taken_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a folder/100%25 é?mode=memory#.db");
    let control = Control::open(path.to_str().unwrap()).await.unwrap();
    control.ensure_partner(&partner("north")).await.unwrap();
    control.close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn every_connection_to_a_file_is_prepared() {
    let control = Fresh::sqlite().await;
    let pragma = async |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&control.pool).await.unwrap();
    assert_eq!(pragma("PRAGMA foreign_keys").await, 1);
    assert_eq!(pragma("PRAGMA secure_delete").await, 1);
    assert_eq!(pragma("PRAGMA busy_timeout").await, 10_000);
}

#[tokio::test]
async fn every_connection_to_a_server_is_prepared() {
    let control = Fresh::postgres().await;
    let setting = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(&control.pool).await.unwrap();
    assert_eq!(setting("SELECT current_setting('default_transaction_isolation')").await, "read committed");
    assert_eq!(setting("SELECT current_setting('lock_timeout')").await, "10s");
    assert!(control.location.contains(":hush@") && !format!("{:?}", control.clone()).contains("hush"));
    assert_eq!(setting("SELECT current_setting('idle_in_transaction_session_timeout')").await, "30s");
}

/// A home of before there were people: its tokens and grants go on, and say what they said.
#[tokio::test]
async fn an_old_home_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("migrations");
    std::fs::create_dir(&old).unwrap();
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for name in ["0001_first_tables.sql", "0002_registrations.sql", "0003_control_totals.sql"] {
        std::fs::copy(all.join(name), old.join(name)).unwrap();
    }
    let file = folder.path().join("control.db").to_str().unwrap().to_owned();
    let database = Database::create().await;
    for (url, location) in [(sqlite_url(Path::new(&file)), file), (database.url(), database.url())] {
        let pool = pool_options().connect(&url).await.unwrap();
        sqlx::migrate::Migrator::new(old.as_path()).await.unwrap().run(&pool).await.unwrap();
        let (id, secret) = ("0123456789abcdef", "a".repeat(64));
        let sql = format!(
            "INSERT INTO partners VALUES ('north', 'North');
            INSERT INTO tenants VALUES ('gifts', 'Gifts', 'EUR', 'UTC', 'en', 'monday', NULL, 30);
            INSERT INTO grants VALUES ('north', 'gifts', '*');
            INSERT INTO tokens VALUES
                ('{id}', '{}', 'nightly', 'analyst', 'north', NULL, '2026-01-01T00:00:00.000000Z', NULL, NULL);",
            crate::hexadecimal::hash(&secret)
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        pool.close().await;

        let control = Control::open(&location).await.unwrap();
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        let identity = control.authenticate(&format!("qd_{id}_{secret}"), now).await.unwrap();
        assert_eq!((identity.name.as_str(), identity.tenants.len(), identity.tenants[0].pii), ("nightly", 1, false));
        assert_eq!(control.grants("north").await.unwrap(), [crate::Grant::new("north", "gifts", crate::Domains::All)]);
        let address = "192.0.2.1".parse().unwrap();
        let sign_in = control.begin_wire_sign_in("nightly", "gifts", address, now).await.unwrap();
        let refused = control.finish_wire_sign_in(&sign_in, now).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotAuthentic, "its secret is not known any more: the SQL door needs a new token");
    }
}

/// sqlx keeps the checksum of each file and refuses a home whose migrations have changed.
#[tokio::test]
async fn migrations_that_homes_have_applied_stay_as_they_are() {
    let control = Fresh::sqlite().await;
    let sql = "SELECT hex(checksum) FROM _sqlx_migrations WHERE version <= 3 ORDER BY version";
    let sums: Vec<String> = sqlx::query_scalar(sql).fetch_all(&control.pool).await.unwrap();
    let starts: Vec<&str> = sums.iter().map(|sum| &sum[..16]).collect();
    assert_eq!(starts, ["61D5079D0AFE0FC4", "CF1F3B8D5CF85AD1", "C484FC955617FA45"]);
}

#[tokio::test]
async fn a_character_that_one_database_cannot_hold_is_the_callers_matter() {
    for control in crate::testing::fresh_stores().await {
        let error = control.tenant("a\0b").await.unwrap_err();
        assert!(matches!(error.kind(), Kind::NotFound | Kind::Invalid), "{error}");
    }
}
