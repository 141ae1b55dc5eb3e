//! UCI Online Retail (and II): invoice lines of a British wholesaler of gifts, as CSV, plain or gzipped, one file or many. Knows no forecast.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;

use super::sales::{DailySales, Shop};

/// Holidays of England over the span of the data, with those taken on another day.
const HOLIDAYS: [(i32, u32, u32); 23] = [
    (2009, 12, 25),
    (2009, 12, 26),
    (2009, 12, 28),
    (2010, 1, 1),
    (2010, 4, 2),
    (2010, 4, 5),
    (2010, 5, 3),
    (2010, 5, 31),
    (2010, 8, 30),
    (2010, 12, 25),
    (2010, 12, 26),
    (2010, 12, 27),
    (2010, 12, 28),
    (2011, 1, 1),
    (2011, 1, 3),
    (2011, 4, 22),
    (2011, 4, 25),
    (2011, 4, 29),
    (2011, 5, 2),
    (2011, 5, 30),
    (2011, 8, 29),
    (2011, 12, 25),
    (2011, 12, 26),
];

/// Sales of goods by day: what was cancelled, written off or given away, and codes that are no goods (postage, fees), are left out.
pub(crate) fn read(folder: &Path) -> Result<Shop> {
    let mut sales = DailySales::default();
    for file in files(folder)? {
        read_file(&file, &mut sales).with_context(|| format!("reading {}", file.display()))?;
    }
    if sales.is_empty() {
        bail!("no invoice lines in {}: expected CSV files of Online Retail, *.csv or *.csv.gz", folder.display());
    }
    Ok(sales.shop(HOLIDAYS.iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day)).collect()))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".csv") || file.to_string_lossy().ends_with(".csv.gz"));
    files.sort_unstable();
    Ok(files)
}

fn read_file(file: &Path, sales: &mut DailySales) -> Result<()> {
    let opened = File::open(file)?;
    let bytes: Box<dyn Read> =
        if file.extension().is_some_and(|end| end == "gz") { Box::new(MultiGzDecoder::new(opened)) } else { Box::new(opened) };
    let mut lines = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = Columns::of(lines.byte_headers()?)?;
    let mut line = csv::ByteRecord::new();
    while lines.read_byte_record(&mut line)? {
        columns.add(&line, sales).with_context(|| format!("line {}", line.position().map_or(0, csv::Position::line)))?;
    }
    Ok(())
}

/// Where the columns are; both editions' names are known.
struct Columns {
    invoice: usize,
    item: usize,
    quantity: usize,
    day: usize,
    price: usize,
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Result<Self> {
        let place = |names: [&str; 2]| {
            let found = header.iter().position(|field| names.iter().any(|name| field.trim_ascii().ends_with(name.as_bytes())));
            found.with_context(|| format!("no column {}", names[0]))
        };
        Ok(Self {
            invoice: place(["InvoiceNo", "Invoice"])?,
            item: place(["StockCode", "StockCode"])?,
            quantity: place(["Quantity", "Quantity"])?,
            day: place(["InvoiceDate", "InvoiceDate"])?,
            price: place(["UnitPrice", "Price"])?,
        })
    }

    fn add(&self, line: &csv::ByteRecord, sales: &mut DailySales) -> Result<()> {
        let text = |at: usize| std::str::from_utf8(line.get(at).unwrap_or_default()).unwrap_or_default().trim();
        let item = text(self.item);
        if !item.starts_with(|first: char| first.is_ascii_digit()) || text(self.invoice).starts_with(['C', 'c', 'A']) {
            return Ok(());
        }
        let number = |at: usize| text(at).parse::<f64>().with_context(|| format!("{:?} is no number", text(at)));
        let (quantity, price) = (number(self.quantity)?, number(self.price)?);
        if quantity > 0.0 && price > 0.0 {
            let day = text(self.day).get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
            let day = day.with_context(|| format!("{:?} is no instant like 2010-12-01 08:26:00", text(self.day)))?;
            sales.add(&item.to_ascii_uppercase(), day, quantity, quantity * price);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Shop> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("lines.csv"), text)?;
        read(folder.path())
    }

    #[test]
    fn both_editions_and_only_goods_sold() {
        let second = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
            1,10002a,INFLATABLE GLOBE,3,2009-12-01 07:45:00,2.0,1,UK\n\
            C2,10002A,INFLATABLE GLOBE,-3,2009-12-01 07:45:00,2.0,1,UK\n\
            3,POST,POSTAGE,1,2009-12-02 07:45:00,18.0,1,UK\n\
            4,10002A,INFLATABLE GLOBE,4,2009-12-03 07:45:00,2.0,1,UK\n";
        let shop = read_text(second).unwrap();
        assert_eq!(shop.items.len(), 1);
        assert_eq!((shop.items[0].0.as_str(), shop.items[0].1.units.as_slice()), ("10002A", [3.0, 0.0, 4.0].as_slice()));
        let first = second.replace("Invoice,", "InvoiceNo,").replace(",Price,", ",UnitPrice,");
        assert_eq!(read_text(&first).unwrap().items[0].1.units, shop.items[0].1.units);
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = read_text("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n1,10002,three,2009-12-01,2.0\n").unwrap_err();
        let told = format!("{error:#}");
        assert!(told.contains("lines.csv: line 2: \"three\" is no number"), "{told}");
        assert!(format!("{:#}", read_text("a,b\n").unwrap_err()).contains("no column InvoiceNo"));
    }

    #[test]
    fn the_real_files() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/online_retail_2010_2011/by-day");
        if !folder.exists() {
            eprintln!("not tried: {} is not there", folder.display());
            return;
        }
        let shop = read(&folder).unwrap();
        let (_, holder) = shop.items.iter().find(|(item, _)| item == "85123A").unwrap();
        assert_eq!((shop.items.len(), shop.end), (3_791, NaiveDate::from_ymd_opt(2011, 12, 10).unwrap()));
        assert_eq!((holder.units.iter().sum::<f64>(), holder.units.len()), (37_952.0, 374));
    }
}
