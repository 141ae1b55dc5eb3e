//! A session for one tenant cannot name, list or reach another's tables, files or errors.

use std::collections::HashMap;

use quarterdeck_engine::Engine;
use quarterdeck_engine::lake::Lake;
use quarterdeck_engine::library::Library;
use quarterdeck_engine::profile::TenantProfile;
use quarterdeck_engine::scope::{Scope, TenantId};

use crate::support::DEMO;

fn engine() -> Engine {
    let mut library = Library::default();
    for (path, text) in quarterdeck_sql::files() {
        library.insert(path, text);
    }
    let lake = Lake::open(DEMO.path().join("lake").to_str().unwrap(), HashMap::new()).unwrap();
    Engine::new(lake, library, Default::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_tenants_do_not_exist() {
    let engine = engine();
    let scope = Scope::of([TenantId::parse("service_desk").unwrap()]);
    let profile = TenantProfile::neutral("2016-05-13T00:00:00Z".parse().unwrap());
    let stranger = engine.session(&scope, "gift_wholesale", profile.clone(), None).await.err().unwrap().to_string();
    let nobody = engine.session(&scope, "no_such_tenant", profile.clone(), None).await.err().unwrap().to_string();
    assert_eq!(stranger.replace("gift_wholesale", "no_such_tenant"), nobody, "existing and missing tenants answer alike");

    let session = engine.session(&scope, "service_desk", profile, None).await.unwrap();
    assert_eq!(session.rows_of("order_lines"), 0);
    let lake = DEMO.path().join("lake/gift_wholesale/order_lines");
    let parquet = std::fs::read_dir(&lake)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .unwrap();
    for statement in [
        "SELECT * FROM gift_wholesale.order_lines".to_owned(),
        "SELECT * FROM gift_wholesale.public.order_lines".to_owned(),
        format!("SELECT * FROM '{}'", parquet.display()),
        format!("SELECT * FROM read_parquet('{}')", parquet.display()),
        format!("CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{}'", parquet.display()),
        format!("COPY (SELECT 1) TO '{}'", DEMO.path().join("out.csv").display()),
        "CREATE TABLE t AS SELECT 1".to_owned(),
        "CREATE VIEW v AS SELECT 1".to_owned(),
        "INSERT INTO tickets SELECT * FROM tickets".to_owned(),
        "DELETE FROM tickets".to_owned(),
        "DROP TABLE tickets".to_owned(),
        "SET datafusion.catalog.location = '/'".to_owned(),
    ] {
        let error = session.sql(&statement).await.err().unwrap_or_else(|| panic!("{statement} was answered")).to_string();
        // What the statement itself says may come back, nothing else of the other tenant.
        assert!(!error.replace(&statement, "").contains("541909"), "{statement}: {error}");
    }
    assert!(!DEMO.path().join("out.csv").exists());
    let listed = session.sql("SELECT table_schema, table_name FROM information_schema.tables").await.unwrap();
    let listed = arrow::util::pretty::pretty_format_batches(&listed.batches).unwrap().to_string();
    assert!(listed.contains("tickets") && !listed.contains("gift_wholesale"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn order_lines_of_another_tenant_are_empty_here() {
    let engine = engine();
    let both = Scope::of(["service_desk", "gift_wholesale"].map(|id| TenantId::parse(id).unwrap()));
    let profile = TenantProfile::neutral("2016-05-13T00:00:00Z".parse().unwrap());
    // The same statement, asked of one tenant after the other: nothing is kept across them.
    for (tenant, rows) in [("gift_wholesale", 541_909), ("service_desk", 0), ("gift_wholesale", 541_909)] {
        let session = engine.session(&both, tenant, profile.clone(), None).await.unwrap();
        let answer = session.sql("SELECT count(*) FROM order_lines").await.unwrap();
        let count = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(answer.batches[0].column(0)).value(0);
        assert_eq!(count, rows, "{tenant}");
    }
}
