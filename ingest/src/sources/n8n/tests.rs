//! Tests of `n8n`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::testing::{self, delivery, merged, sample, setting};
use super::super::{Headers, Row};
use super::*;

const LOG: &str = "v2/n8nEventLog.log";

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&N8n);
}

/// How many runs came to which status, leaving out those that handle errors; runs that handle errors; steps. The numbers that the tests
/// hold were counted by a Python script over the same lines.
fn counts(rows: &[Row]) -> (BTreeMap<String, usize>, usize, usize) {
    let (mut business, mut handlers, mut steps) = (BTreeMap::new(), 0, 0);
    for ((table, _), columns) in merged(rows) {
        let is_handler = columns.get("mode").is_some_and(|mode| mode == "Text(\"error\")");
        match table.as_str() {
            "workflow_steps" => steps += 1,
            _ if is_handler => handlers += 1,
            _ => *business.entry(columns["status"].clone()).or_default() += 1,
        }
    }
    (business, handlers, steps)
}

fn statuses(wanted: &[(&str, usize)]) -> BTreeMap<String, usize> {
    wanted.iter().map(|(status, runs)| (format!("Text({status:?})"), *runs)).collect()
}

#[test]
fn the_whole_log_of_2_x() {
    let decoded = sample(&N8n, LOG);
    assert_eq!(decoded.wrong, []);
    assert_eq!(counts(&decoded.rows), (statuses(&[("succeeded", 2), ("failed", 1)]), 1, 11));
    assert_eq!(decoded.rows.len(), 8 + 11 + 1, "two events a run, one a step that finished, one that tells of the error trigger");
}

#[test]
fn the_first_lines_of_1_x_end_in_the_middle_of_a_run() {
    let decoded = sample(&N8n, "v1/n8nEventLog.first40.jsonl");
    assert_eq!(counts(&decoded.rows), (statuses(&[("succeeded", 1), ("failed", 1), ("running", 1)]), 0, 6));
}

#[test]
fn the_api_and_the_log_agree_on_what_became_of_runs() {
    for version in ["v1", "v2"] {
        let listed = sample(&N8n, &format!("{version}/public-api.executions.list.json"));
        assert_eq!(counts(&listed.rows), (statuses(&[("succeeded", 2), ("failed", 1)]), 1, 0));
    }
    let mut both = sample(&N8n, LOG).rows;
    both.extend(sample(&N8n, "v2/public-api.executions.list.json").rows);
    both.extend(sample(&N8n, "v2/error-workflow.http-body.json").rows);
    assert_eq!(counts(&both), (statuses(&[("succeeded", 2), ("failed", 1)]), 1, 11));
}

#[test]
fn a_retry_is_a_new_run() {
    let decoded = sample(&N8n, "retries.executions.json");
    let retries = decoded.rows.iter().filter(|row| row.values.iter().any(|(column, _)| column == "retry_of")).count();
    assert_eq!(retries, 2);
    assert_eq!(counts(&decoded.rows).0, statuses(&[("failed", 2), ("succeeded", 1), ("cancelled", 1), ("running", 1)]));
    assert_eq!(decoded.wrong.iter().map(|wrong| (wrong.record, wrong.field.as_str())).collect::<Vec<_>>(), [(1, "status")]);
}

#[test]
fn steps_of_an_execution_are_counted_by_it() {
    let decoded = sample(&N8n, "v2/public-api.execution.2.error.json");
    let (_, _, steps) = counts(&decoded.rows);
    let run =
        &merged(&decoded.rows)[&("workflow_runs".to_owned(), vec!["Text(\"wfOrderSync00001\")".into(), "Text(\"2\")".into()])];
    assert_eq!((steps, run["step_count"].as_str(), run["exception_count"].as_str()), (3, "Whole(3)", "Whole(1)"));
    assert_eq!(run["span_id"], "Text(\"b40fd46e1ab0a1ff\")");
}

#[test]
fn a_line_that_is_torn_leaves_the_others() {
    let body = b"{\"__type\":\"$$EventMessageWorkflow\",\"id\":\"1\",\"ts\":\"2026-11-22T04:22:18.922Z\",\"eventName\":\"n8n.workflow.started\",\"payload\":{\"executionId\":\"1\",\"workflowId\":\"w\"}}\n{\"__type\":\"$$Ev";
    let decoded = testing::decode(&N8n, &Headers::default(), body).unwrap();
    assert_eq!((decoded.rows.len(), decoded.wrong.len(), decoded.wrong[0].record), (1, 1, 2));
    assert!(testing::decode(&N8n, &Headers::default(), b"nothing\nof json").is_err());
}

proptest! {
    #[test]
    fn any_order_comes_to_the_same(order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let rows = sample(&N8n, LOG).rows;
        let shuffled = order.iter().map(|index| rows[*index].clone()).collect::<Vec<_>>();
        prop_assert_eq!(merged(&rows), merged(&shuffled));
    }

    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let headers = Headers::default();
        let _ = N8n.decode(&delivery(&headers, &bytes), &setting());
        let _ = N8n.delivery_id(&delivery(&headers, &bytes));
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&N8n, &mutation);
    }
}
