//! Bad input gets a clear error that names the file, the place and the remedy, or a quarantined row; never a panic, a silent drop or a
//! half-visible load.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Home, samples};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
const GOOD: &str = "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n";

fn file(home: &Home, name: &str, bytes: &[u8]) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The error of loading these bytes; nothing may have landed.
fn refused(name: &str, bytes: &[u8]) -> String {
    let home = Home::new();
    let path = file(&home, name, bytes);
    let error = home.fail(&["load", "--tenant", "t", "--pack", "online_retail", path.to_str().unwrap()]);
    assert!(error.contains(name), "the error names the file: {error}");
    assert_eq!(home.count("t", "SELECT count(*) FROM order_lines"), 0);
    assert_eq!(home.count("t", "SELECT count(*) FROM history.order_lines"), 0);
    error
}

/// Loads these rows under the header, and answers (rows landed, the quarantined rows).
fn quarantined(rows: &[u8]) -> (i64, Vec<serde_json::Value>) {
    let home = Home::new();
    let path = file(&home, "lines.csv", &[HEADER.as_bytes(), rows].concat());
    home.load("t", "online_retail", &[path]);
    let landed = home.count("t", "SELECT count(*) FROM order_lines");
    (landed, home.sql("t", "SELECT file, line, column_name, value, record, reason FROM quarantine ORDER BY line, column_name"))
}

#[test]
fn truncated_gzip() {
    let whole = std::fs::read(&samples("online_retail")[2]).unwrap();
    let error = refused("cut.csv.gz", &whole[..whole.len() / 2]);
    assert!(error.contains("truncated gzip") && error.contains("line"), "{error}");
}

#[test]
fn damaged_gzip() {
    let mut bytes = std::fs::read(&samples("online_retail")[2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let error = refused("damaged.csv.gz", &bytes);
    assert!(error.contains("damaged") || error.contains("truncated"), "{error}");
}

#[test]
fn wrong_delimiter() {
    let text = [HEADER, GOOD].concat().replace(',', ";");
    let error = refused("semicolons.csv", text.as_bytes());
    assert!(error.contains("InvoiceNo") && error.contains("';'") && error.contains("line 1"), "{error}");
}

#[test]
fn another_kind_of_file() {
    let error = refused("other.csv", b"a,b\n1,2\n");
    assert!(error.contains("`InvoiceNo`") && error.contains("`a`, `b`"), "{error}");
    let error = refused("binary.csv", &[0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0xff, 0xfe]);
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn empty_file_and_directory() {
    assert!(refused("empty.csv", b"").contains("empty"));
    let home = Home::new();
    let error = home.fail(&["load", "--tenant", "t", "--pack", "online_retail", home.path().to_str().unwrap()]);
    assert!(error.contains("is a directory"), "{error}");
    let error = home.fail(&["load", "--tenant", "t", "--pack", "online_retail", "no-such-file.csv"]);
    assert!(error.contains("no-such-file.csv"), "{error}");
}

#[test]
fn a_quote_that_is_never_closed() {
    let open = GOOD.replace("United Kingdom", "\"United Kingdom");
    let error = refused("quote.csv", [HEADER, GOOD, &open, GOOD, GOOD].concat().as_bytes());
    assert!(error.contains("line 3") && error.contains("never closed"), "{error}");
    // Closed further down, the lines between are one record, which is set aside as such.
    let (landed, rows) = quarantined([GOOD, &open, GOOD, "x\",y\n", GOOD].concat().as_bytes());
    assert_eq!(landed, 2);
    assert!(rows[0]["reason"].as_str().unwrap().contains("over 3 lines"), "{rows:?}");
    // An inch is no open quote.
    let (landed, _) = quarantined(GOOD.replace("WHITE HANGING HEART", "5\" HEART").trim_end().as_bytes());
    assert_eq!(landed, 1);
}

#[test]
fn more_columns_than_a_file_may_have() {
    let header = (0..5_000).map(|column| format!("column{column}")).collect::<Vec<_>>().join(",");
    let error = refused("wide.csv", format!("{header}\n").as_bytes());
    assert!(error.contains("4096 columns"), "{error}");
}

#[test]
fn header_without_rows() {
    assert_eq!(quarantined(b""), (0, vec![]));
}

#[test]
fn unknown_pack_names_those_that_exist() {
    let error = Home::new().fail(&["load", "--tenant", "t", "--pack", "nope", "x.csv"]);
    assert!(error.contains("online_retail") && error.contains("xes"), "{error}");
}

#[test]
fn values_that_do_not_fit_are_set_aside_with_their_place() {
    let rows = [
        GOOD,
        "536366,22423,STAND,\"1,234.5\",2010-12-01 08:28:00,1.85,17850.0,United Kingdom\n",
        "536367,22423,STAND,1,2011-02-31 08:28:00,1.85,17850.0,United Kingdom\n",
        "536368,22423,STAND,1,2010-12-01 08:28:00,Freight Included in Commodity Cost,17850.0,United Kingdom\n",
        ",22423,STAND,1,2010-12-01 08:28:00,1.85,17850.0,United Kingdom\n",
        "536369,22423,STAND,1,2010-12-01 08:28:00,1.85\n",
        "536370,22423,ST\0AND,1,2010-12-01 08:28:00,1.85,17850.0,United Kingdom\n",
    ];
    let (landed, rows) = quarantined(rows.concat().as_bytes());
    assert_eq!(landed, 1);
    let places = rows.iter().map(|row| (row["line"].as_i64().unwrap(), row["column_name"].as_str().unwrap())).collect::<Vec<_>>();
    assert_eq!(places, [(3, "Quantity"), (4, "InvoiceDate"), (5, "UnitPrice"), (6, "InvoiceNo"), (7, ""), (8, "Description")]);
    assert_eq!(rows[0]["value"], "1,234.5");
    assert_eq!(rows[0]["file"], "lines.csv");
    assert!(rows[0]["record"].as_str().unwrap().contains("\"1,234.5\""));
    assert!(rows[4]["reason"].as_str().unwrap().contains("6 fields where the header has 8"));
}

#[test]
fn wrong_encoding() {
    let (landed, rows) = quarantined(b"536366,22423,CAF\xc9,1,2010-12-01 08:28:00,1.85,17850.0,France\n536367,22423,STAND,1,2010-12-01 08:28:00,1.85,17850.0,France\n");
    assert_eq!(landed, 1);
    assert!(rows[0]["reason"].as_str().unwrap().contains("UTF-8"));
    let utf16 = [HEADER, GOOD].concat().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let home = Home::new();
    let path = file(&home, "utf16.csv", &[&[0xff, 0xfe], utf16.as_slice()].concat());
    home.load("t", "online_retail", &[path]);
    assert_eq!(home.count("t", "SELECT count(*) FROM order_lines"), 1, "a byte order mark tells the encoding");
}

#[test]
fn a_line_of_200_megabytes() {
    let home = Home::new();
    let path = home.path().join("long.csv.gz");
    let mut zipped = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
    zipped.write_all(HEADER.as_bytes()).unwrap();
    zipped.write_all(b"536366,22423,").unwrap();
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        zipped.write_all(&megabyte).unwrap();
    }
    zipped.write_all(b"\n").unwrap();
    zipped.write_all(GOOD.as_bytes()).unwrap();
    zipped.finish().unwrap();
    home.load("t", "online_retail", &[path]);
    assert_eq!(home.count("t", "SELECT count(*) FROM order_lines"), 1);
    let rows = home.sql("t", "SELECT line, reason FROM quarantine");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["line"], 2);
    assert!(rows[0]["reason"].as_str().unwrap().contains("record_bytes"));
}

#[test]
fn broken_process_logs_name_the_line() {
    for (name, text) in [
        ("cut.xes", "<log>\n<trace>\n<event>\n<string key=\"concept:name\" value=\"a\"/>\n"),
        ("malformed.xes", "<log>\n<trace>\n<event></trace>\n</log>"),
        ("other.xes", "<html></html>"),
    ] {
        let home = Home::new();
        let path = file(&home, name, text.as_bytes());
        let error = home.fail(&["load", "--tenant", "t", "--pack", "xes", path.to_str().unwrap()]);
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn known_words_are_no_faults_and_unknown_ones_are() {
    let home = Home::new();
    let sample = samples("scms").remove(0);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(std::fs::File::open(sample).unwrap()), &mut text).unwrap();
    let mut lines = text.lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    lines[2] = lines[2].replace("4521.5", "\"4,521.5\"");
    let path = file(&home, "scms.csv", lines.join("\r\n").as_bytes());
    let report = home.load("t", "scms", &[path]);
    assert_eq!((report["rows_read"].as_i64(), report["rows_quarantined"].as_i64()), (Some(2), Some(1)));
    let rows = home.sql("t", "SELECT column_name, value, line FROM quarantine");
    assert_eq!(rows[0]["column_name"], "Freight Cost (USD)");
    assert_eq!(rows[0]["line"], 3);
}

#[test]
fn a_disk_that_is_full() {
    let home = Home::new();
    let small = home.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&small)
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: mounting a small disk needs root");
        return;
    }
    let month = &samples("online_retail")[11];
    let output = std::process::Command::new(crate::support::PROGRAM)
        .arg("--home")
        .arg(&small)
        .args(["load", "--tenant", "t", "--pack", "online_retail"])
        .arg(month)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let seen = std::process::Command::new(crate::support::PROGRAM)
        .arg("--home")
        .arg(&small)
        .args(["sql", "--tenant", "t", "SELECT count(*) AS n FROM order_lines", "--format", "csv"])
        .output()
        .unwrap();
    std::process::Command::new("umount").arg(&small).status().unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(!error.contains("panicked"), "{error}");
    assert!(error.to_lowercase().contains("space") || error.to_lowercase().contains("full"), "{error}");
    let seen = String::from_utf8_lossy(&seen.stdout);
    assert!(!seen.contains("84711"), "a load that did not end is not seen: {seen}");
}
