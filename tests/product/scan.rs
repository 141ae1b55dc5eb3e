//! Filters on time and dimensions reach the Parquet scan.

use crate::support::{DEMO, Home};

fn explain(home: &Home, tenant: &str, statement: &str) -> String {
    home.succeed(&["sql", "--tenant", tenant, "--format", "json", &format!("EXPLAIN {statement}")])
}

/// KPIs whose `at` or dimension is computed over other records, and so cannot reach the scan.
const COMPUTED: [&str; 1] = ["repeat_customer_rate"];

#[test]
fn time_and_dimension_filters_reach_the_scan() {
    let kpis = std::fs::read_to_string(crate::support::checkout().join("sql/kpis/commerce/net_sales.sql")).unwrap();
    let statement = format!(
        "SELECT sum(value) FROM ({}) AS kpi WHERE at >= TIMESTAMP '2011-12-01T00:00:00Z' AND at < TIMESTAMP '2011-12-02T00:00:00Z' AND country = 'France'",
        without_comments(&kpis)
    );
    let plan = explain(&DEMO, "gift_wholesale", &statement);
    let scan = plan.split("DataSourceExec").nth(1).unwrap_or_else(|| panic!("no scan: {plan}"));
    assert!(scan.contains("predicate="), "{scan}");
    assert!(scan.contains("ordered_at") && scan.contains("country"), "{scan}");
    assert!(scan.contains("pruning_predicate="), "{scan}");
}

#[test]
fn every_kpi_filters_its_scan_by_time() {
    let folder = crate::support::checkout().join("sql/kpis");
    let tenants = [
        ("commerce", "gift_wholesale"),
        ("margin", "gift_wholesale"),
        ("supply", "health_supply"),
        ("service", "service_desk"),
        ("workflow", "travel_claims"),
    ];
    let mut checked = 0;
    for (domain, tenant) in tenants {
        for entry in std::fs::read_dir(folder.join(domain)).unwrap() {
            let path = entry.unwrap().path();
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if path.extension().is_none_or(|ending| ending != "sql") || COMPUTED.contains(&id.as_str()) {
                continue;
            }
            let sql = without_comments(&std::fs::read_to_string(&path).unwrap());
            let statement = format!(
                "SELECT count(*) FROM ({sql}) AS kpi WHERE at >= TIMESTAMP '2010-01-01T00:00:00Z' AND at < TIMESTAMP '2030-01-02T00:00:00Z'"
            );
            let plan = explain(&DEMO, tenant, &statement);
            // The lower bound of the filter, in microseconds, stands in the predicate of the Parquet scan.
            let scan = plan.split("DataSourceExec").nth(1).unwrap_or_else(|| panic!("{id}: no scan: {plan}"));
            assert!(scan.contains("predicate=") && scan.contains("1262304000000000"), "{id}: {plan}");
            checked += 1;
        }
    }
    assert!(checked >= 21, "{checked}");
}

fn without_comments(sql: &str) -> String {
    sql.lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .trim_end_matches(';')
        .to_owned()
}

#[test]
fn a_day_skips_most_pages() {
    let analyzed = DEMO.succeed(&[
        "sql",
        "--tenant",
        "gift_wholesale",
        "--format",
        "json",
        "EXPLAIN ANALYZE SELECT sum(net_value) FROM order_lines WHERE ordered_at >= TIMESTAMP '2011-06-01T00:00:00Z' AND ordered_at < TIMESTAMP '2011-06-02T00:00:00Z'",
    ]);
    // `page_index_pages_pruned=9 total → 1 matched`
    let pruned = analyzed.split("page_index_pages_pruned=").nth(1).unwrap_or_else(|| panic!("{analyzed}"));
    let numbers = pruned.split_whitespace().filter_map(|word| word.parse::<u64>().ok()).take(2).collect::<Vec<_>>();
    let [total, matched] = numbers[..] else { panic!("{analyzed}") };
    assert!(total >= 8 && (1..=2).contains(&matched), "{matched} of {total} pages are read for one day of a year");
}
