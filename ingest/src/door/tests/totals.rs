//! Control totals at the door: who may post them, what is answered, what is refused.

use super::*;

const TOTALS: &str = "/ingest/pipe/quiet-key/totals";
const ONE: &[u8] =
    br#"{"table":"orders","day":"2026-03-02","count":3,"sum":{"column":"net_value","value":"12.50","currency":"EUR"}}"#;

#[tokio::test]
async fn totals_are_kept_for_whom_the_key_names() {
    let house = House::new(DoorLimits::default()).await;
    let answer = house.post(TOTALS, &[], ONE).await;
    assert_eq!((answer.status, answer.text().contains("\"changed\":1")), (202, true), "{}", answer.text());
    let two = [b"[".as_slice(), ONE, b",", ONE, b"]"].concat();
    assert_eq!(house.post(TOTALS, &[("Content-Encoding", "gzip")], &gzip(&two)).await.status, 202);
    let kept = house.book.totals.lock().unwrap().clone();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|(tenant, total)| tenant == "quiet" && total == &kept[0].1));
    assert_eq!(house.kept("quiet").await.len(), 0, "a total is no message");
}

#[tokio::test]
async fn the_signature_is_that_of_records() {
    let house = House::new(DoorLimits::default()).await;
    let path = "/ingest/pipe/signed-key/totals";
    let signature = sign(b"new secret", ONE);
    assert_eq!(house.post(path, &[("X-Pipe-Signature", &signature)], ONE).await.status, 202);
    assert_eq!(house.post(path, &[("X-Pipe-Signature", &sign(b"guess", ONE))], ONE).await.status, 401);
    assert_eq!(house.post(path, &[], ONE).await.status, 401);
    assert_eq!(
        house.book.refused.lock().unwrap().as_slice(),
        [("signed".to_owned(), "signature"), ("signed".to_owned(), "signature")]
    );
    assert_eq!(house.post("/ingest/pipe/no-such-key/totals", &[], ONE).await.status, 404);
    assert_eq!(house.book.totals.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let house = House::new(DoorLimits { control_totals: 2, ..DoorLimits::default() }).await;
    let nonsense = br#"[{"table":"orders","day":"2026-03-02","count":1},{"table":"nonsense","day":"2026-03-02","count":1}]"#;
    for (body, status, says) in [
        (&br#"{"table":"orders","day":"yesterday","count":1}"#[..], 400, "`day`"),
        (&nonsense[..], 400, "`[1].table`: there is no such table"),
        (b"", 400, "No control totals"),
        (b"\xff", 400, "No control totals"),
        (&[b' '; 3000][..], 413, "control_totals"),
    ] {
        let answer = house.post(TOTALS, &[], body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(says), "{}", answer.text());
    }
    assert!(house.book.totals.lock().unwrap().is_empty(), "all or none");
}
