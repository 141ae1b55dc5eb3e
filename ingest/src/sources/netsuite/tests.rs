//! Tests of `netsuite`.

use proptest::prelude::*;

use super::super::testing::{self, decode, delivery, sample, setting};
use super::super::{Headers, Value};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&NetSuite);
}

#[test]
fn lines_that_are_links_are_fetched_and_lines_that_are_told_replace() {
    let linked = sample(&NetSuite, "rest/salesOrder.18.json");
    assert_eq!((linked.rows.len(), linked.sets.len()), (1, 0));
    assert_eq!(linked.marks, [Mark::FetchNeeded("salesOrder item", "18".to_owned())]);
    let told = sample(&NetSuite, "rest/salesOrder.expanded.json");
    assert_eq!((told.rows.len(), told.sets.len(), told.marks.len()), (3, 1, 0));
}

#[test]
fn three_invoices_were_deleted() {
    let decoded = sample(&NetSuite, "soap/get_deleted_invoices.xml");
    assert_eq!(decoded.rows.len(), 3);
    assert!(decoded.rows.iter().all(|row| row.deleted && row.table == "invoices"));
    assert_eq!(decoded.rows[0].version.to_rfc3339(), "2016-12-15T23:00:00+00:00");
}

#[test]
fn both_ways_of_saying_yes() {
    for (word, kind) in [("true", "person"), ("\"T\"", "person"), ("false", "company"), ("\"F\"", "company")] {
        let body = format!(r#"{{"recordType":"customer","id":"1","companyName":"A","isPerson":{word}}}"#);
        let decoded = decode(&NetSuite, &Headers::default(), body.as_bytes()).unwrap();
        let told = decoded.rows[0].values.iter().find(|(column, _)| column == "kind").unwrap();
        assert_eq!(told.1, Value::Text(kind.to_owned()), "{word}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let json = format!("{{\"id\":1,\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    assert!(decode(&NetSuite, &Headers::default(), json.as_bytes()).is_err());
    let xml = "<a>".repeat(100_000);
    assert!(decode(&NetSuite, &Headers::default(), xml.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let headers = Headers::default();
        let _ = NetSuite.decode(&delivery(&headers, &bytes), &setting());
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&NetSuite, &mutation);
    }
}
