//! Control totals through the store: which of several stands, and what is refused.

use super::*;
use crate::testing::{Fresh, fresh_stores};
use crate::{Kind, Tenant};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(second: u32) -> DateTime<Utc> {
    format!("2026-11-22T08:00:{second:02}.123456Z").parse().unwrap()
}

fn total(day: &str, count: u64, sum: Option<&str>, second: u32) -> ControlTotal {
    ControlTotal {
        tenant_id: "gifts".into(),
        source: "shopify".into(),
        instance: "gifts.myshopify.com".into(),
        table: "orders".into(),
        day: date(day),
        currency: sum.map(|_| "EUR".into()),
        count,
        sum: sum.map(|value| ColumnSum { column: "total".into(), value: value.into() }),
        posted_at: at(second),
    }
}

async fn with_two_tenants() -> [Fresh; 2] {
    let stores = fresh_stores().await;
    for control in &stores {
        for id in ["gifts", "desk"] {
            control.ensure_tenant(&Tenant::new(id, id, "EUR", chrono_tz::UTC, "en")).await.unwrap();
        }
    }
    stores
}

async fn november(control: &Control, tenant: &str) -> Vec<ControlTotal> {
    control.control_totals(tenant, date("2026-11-01")..date("2026-12-01")).await.unwrap()
}

#[tokio::test]
async fn every_property_comes_back_digit_for_digit() {
    for control in with_two_tenants().await {
        let counted = total("2026-11-03", 7, None, 1);
        let summed = total("2026-11-03", 5, Some("-1234567890123456789012345678901.2345670"), 1);
        let dollars = ControlTotal { currency: Some("USD".into()), ..summed.clone() };
        let weighed = ControlTotal { currency: None, ..summed.clone() };
        let huge = ControlTotal { table: "stock".into(), ..total("2026-11-03", u64::try_from(i64::MAX).unwrap(), None, 1) };
        let given = [counted, weighed, summed, dollars, huge];
        assert_eq!(control.keep_control_totals(&given).await.unwrap(), 5);
        assert_eq!(november(&control, "gifts").await, given);
        assert!(november(&control, "desk").await.is_empty());
    }
}

#[tokio::test]
async fn days_are_from_and_until_before() {
    for control in with_two_tenants().await {
        let totals = ["2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"].map(|day| total(day, 1, None, 1));
        control.keep_control_totals(&totals).await.unwrap();
        assert_eq!(november(&control, "gifts").await, totals[1..3]);
        let days = async |from: &str, until: &str| control.control_totals("gifts", date(from)..date(until)).await;
        assert!(days("2026-11-01", "2026-11-01").await.unwrap().is_empty());
        assert!(days("2026-12-01", "2026-11-01").await.unwrap().is_empty());
        assert_eq!(days("2026-11-01", "+262142-12-31").await.unwrap_err().kind(), Kind::Invalid);
    }
}

#[tokio::test]
async fn the_latest_stands_whatever_the_order_of_arrival() {
    // Later, then more records, then the greater text of the sum.
    let versions = [
        total("2026-11-03", 9, Some("90"), 1),
        total("2026-11-03", 4, Some("50"), 2),
        total("2026-11-03", 5, Some("10"), 2),
        total("2026-11-03", 5, Some("20"), 2),
    ];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]];
    for order in orders {
        for control in with_two_tenants().await {
            for index in order {
                control.keep_control_totals(&[versions[index].clone()]).await.unwrap();
            }
            assert_eq!(november(&control, "gifts").await, versions[3..], "{order:?}");
            let together = order.map(|index| versions[index].clone());
            assert_eq!(control.keep_control_totals(&together).await.unwrap(), 0, "what is older or the same changes nothing");
            assert_eq!(november(&control, "gifts").await, versions[3..]);
        }
    }
}

#[tokio::test]
async fn a_count_alone_is_replaced_by_a_later_one_only() {
    for control in with_two_tenants().await {
        assert_eq!(control.keep_control_totals(&[total("2026-11-03", 9, None, 2)]).await.unwrap(), 1);
        for old in [total("2026-11-03", 9, None, 2), total("2026-11-03", 10, None, 1)] {
            assert_eq!(control.keep_control_totals(&[old]).await.unwrap(), 0);
        }
        let later = total("2026-11-03", 3, None, 3);
        assert_eq!(control.keep_control_totals(std::slice::from_ref(&later)).await.unwrap(), 1);
        assert_eq!(november(&control, "gifts").await, [later]);
    }
}

#[tokio::test]
async fn one_that_is_refused_keeps_all_others_out_and_is_named() {
    for control in with_two_tenants().await {
        let good = total("2026-11-03", 1, Some("1.50"), 1);
        let sum = |column: &str, value: &str| Some(ColumnSum { column: column.into(), value: value.into() });
        let wrong = [
            ControlTotal { source: "Shopify".into(), ..good.clone() },
            ControlTotal { instance: " ".into(), ..good.clone() },
            ControlTotal { table: "".into(), ..good.clone() },
            ControlTotal { day: NaiveDate::MAX, ..good.clone() },
            ControlTotal { posted_at: DateTime::<Utc>::MAX_UTC, ..good.clone() },
            ControlTotal { currency: Some("eur".into()), ..good.clone() },
            ControlTotal { currency: Some("".into()), ..good.clone() },
            ControlTotal { count: u64::MAX, ..good.clone() },
            ControlTotal { sum: sum("", "1"), ..good.clone() },
            ControlTotal { sum: sum("total", "1e3"), ..good.clone() },
            ControlTotal { sum: sum("total", ""), ..good.clone() },
        ];
        for total in wrong {
            let error = control.keep_control_totals(&[good.clone(), total]).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
            assert!(error.to_string().ends_with("(control total 2 of 2)"), "{error}");
        }
        let stranger = ControlTotal { tenant_id: "nobody".into(), ..good.clone() };
        let error = control.keep_control_totals(&[good.clone(), stranger]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.to_string().contains("tenant `nobody`"), "{error}");
        assert!(november(&control, "gifts").await.is_empty());

        let many = vec![good; CONTROL_TOTALS_MAX + 1];
        let error = control.keep_control_totals(&many).await.unwrap_err();
        assert_eq!(error.to_string(), "control totals `10001` are more than 10000: post them in parts");
        assert_eq!(control.keep_control_totals(&[]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn some_tables_and_the_newest_day_are_found() {
    for control in with_two_tenants().await {
        let stock = ControlTotal { table: "stock".into(), ..total("2026-11-05", 1, None, 1) };
        let totals = [total("2026-11-01", 1, None, 1), total("2026-11-03", 1, None, 1), stock];
        control.keep_control_totals(&totals).await.unwrap();
        let of = async |tables: &[&str]| {
            let days = date("2026-11-01")..date("2026-12-01");
            control.control_totals_of("gifts", tables, days).await.unwrap()
        };
        assert_eq!(of(&["orders"]).await, totals[..2]);
        assert_eq!(of(&["orders", "stock", "it's \"none\""]).await, totals);
        assert!(of(&[]).await.is_empty());
        let last = async |tenant: &str, until: &str| control.last_control_total_day(tenant, date(until)).await.unwrap();
        assert_eq!(last("gifts", "2026-12-31").await, Some(date("2026-11-05")));
        assert_eq!(last("gifts", "2026-11-04").await, Some(date("2026-11-03")));
        assert_eq!(last("gifts", "2026-10-31").await, None);
        assert_eq!(last("desk", "2026-12-31").await, None);
    }
}
