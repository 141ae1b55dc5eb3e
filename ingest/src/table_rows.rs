//! Rows of one canonical table, collected from what decoders tell and held to the table's contract: a row that does not fit is refused whole,
//! with the column, the text and the reason. Knows no source and no lake.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use quarterdeck_engine::contract::{
    DELETED, EVENT_ID, INSTANCE, OCCURRED_AT, SEQUENCE, SOURCE, TELLS, TELLS_SET, TableContract, VERSION,
};
use rust_decimal::Decimal;

use crate::cell::{day_number, decimal, double, moment, truth, whole};
use crate::sources::{ChildSet, Row, Value, Wrong};

/// Times before 1900 and after 2200 are taken for errors of a clock or a unit.
const MICROS: std::ops::RangeInclusive<i64> = -2_208_988_800_000_000..=7_258_118_400_000_000;

/// Collects rows of one table.
pub struct TableRows {
    contract: Arc<TableContract>,
    columns: Vec<Cells>,
    index: HashMap<String, usize>,
    required: Vec<bool>,
    is_key: Vec<bool>,
    /// The cells of the row that is being looked at, before any is kept.
    scratch: Vec<Option<Cell>>,
    system: SystemCells,
    rows: usize,
}

/// Who tells the rows.
#[derive(Debug, Clone, Copy)]
pub struct Teller<'a> {
    /// The source.
    pub source: &'a str,
    /// Its installation, where the row names none.
    pub instance: &'a str,
    /// Zone of times that name none.
    pub zone: Tz,
    /// The delivery, where the row names no event.
    pub event_id: &'a str,
}

/// One value in its column's type.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(String),
    Whole(i64),
    Units(i128),
    Double(f64),
    Truth(bool),
    Day(i32),
    Micros(i64),
}

enum Cells {
    Text(StringBuilder),
    Whole(Int64Builder),
    Units(Decimal128Builder, u8, u32),
    Double(Float64Builder),
    Truth(BooleanBuilder),
    Day(Date32Builder),
    Micros(TimestampMicrosecondBuilder),
    Bytes(BinaryBuilder),
}

#[derive(Default)]
struct SystemCells {
    source: StringBuilder,
    instance: StringBuilder,
    event_id: StringBuilder,
    version: Int64Builder,
    sequence: Int64Builder,
    occurred_at: Int64Builder,
    deleted: BooleanBuilder,
    tells: StringBuilder,
}

impl TableRows {
    /// No rows yet.
    pub fn new(contract: Arc<TableContract>) -> Self {
        let columns = contract.columns.iter().map(|column| Cells::of(&column.data_type)).collect::<Vec<_>>();
        let index = contract.columns.iter().enumerate().map(|(index, column)| (column.name.clone(), index)).collect();
        let required = contract.columns.iter().map(|column| column.required).collect();
        let is_key = contract.columns.iter().map(|column| contract.primary_key.contains(&column.name)).collect();
        Self {
            scratch: vec![None; columns.len()],
            columns,
            index,
            required,
            is_key,
            system: SystemCells::default(),
            contract,
            rows: 0,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Takes a row.
    ///
    /// # Errors
    /// [`Wrong`] naming the column that the table has not, that does not fit, or that is missing; nothing of the row is kept.
    pub fn push(&mut self, row: &Row, teller: Teller<'_>) -> Result<(), Wrong> {
        self.scratch.fill(None);
        for (name, value) in &row.values {
            let index = self.column(name)?;
            let fitted = self.columns[index].fit(value, teller.zone);
            self.scratch[index] = Some(fitted.map_err(|reason| wrong(name, shown(value), reason))?);
        }
        if let Some(unknown) = row.cleared.iter().find(|name| !self.index.contains_key(name.as_ref())) {
            return Err(wrong(unknown, None, format!("{} has no such column", self.contract.name)));
        }
        let whole = !row.deleted && !row.partial;
        let missing = (0..self.columns.len()).find(|index| {
            let must = self.is_key[*index] || (whole && self.required[*index]);
            must && self.scratch[*index].is_none()
        });
        if let Some(index) = missing {
            let name = &self.contract.columns[index].name;
            return Err(wrong(name, None, format!("is missing, and {} needs it", self.contract.name)));
        }
        let version =
            micros(row.version).ok_or_else(|| wrong(VERSION, Some(row.version.to_string()), "is no time of this age".into()))?;
        let occurred_at = row.occurred_at.and_then(micros).unwrap_or(version);
        for (cells, cell) in self.columns.iter_mut().zip(self.scratch.iter_mut()) {
            cells.append(cell.take());
        }
        let tells = row.partial.then(|| {
            let told = row.values.iter().map(|(name, _)| name).chain(&row.cleared);
            told.map(AsRef::as_ref)
                .filter(|name| !self.contract.primary_key.iter().any(|key| key == name))
                .collect::<Vec<&str>>()
                .join(",")
        });
        let event_id = row.event_id.as_deref().unwrap_or(teller.event_id);
        let instance = row.instance.as_deref().unwrap_or(teller.instance);
        self.system.append(teller.source, instance, event_id, version, row.sequence, occurred_at, row.deleted, tells.as_deref());
        self.rows += 1;
        Ok(())
    }

    /// Takes the word that a parent's children are told whole: a row of no child, that older children are measured by.
    ///
    /// # Errors
    /// As [`TableRows::push`].
    pub fn push_set(&mut self, set: &ChildSet, teller: Teller<'_>) -> Result<(), Wrong> {
        self.scratch.fill(None);
        for (name, value) in &set.parent {
            let index = self.column(name)?;
            let fitted = self.columns[index].fit(value, teller.zone);
            self.scratch[index] = Some(fitted.map_err(|reason| wrong(name, shown(value), reason))?);
        }
        let key = self.contract.primary_key.clone();
        for (place, name) in key.iter().enumerate() {
            let index = self.column(name)?;
            let last = place + 1 == key.len();
            if last && self.scratch[index].is_none() {
                self.scratch[index] = Some(self.columns[index].nothing());
            } else if self.scratch[index].is_none() {
                return Err(wrong(
                    name,
                    None,
                    format!("is missing: a set of {} is told by its parent's key", self.contract.name),
                ));
            }
        }
        let version =
            micros(set.version).ok_or_else(|| wrong(VERSION, Some(set.version.to_string()), "is no time of this age".into()))?;
        for (cells, cell) in self.columns.iter_mut().zip(self.scratch.iter_mut()) {
            cells.append(cell.take());
        }
        let instance = set.instance.as_deref().unwrap_or(teller.instance);
        self.system.append(teller.source, instance, teller.event_id, version, set.sequence, version, true, Some(TELLS_SET));
        self.rows += 1;
        Ok(())
    }

    fn column(&self, name: &str) -> Result<usize, Wrong> {
        self.index.get(name).copied().ok_or_else(|| wrong(name, None, format!("{} has no such column", self.contract.name)))
    }

    /// The rows so far; the collection is empty afterwards.
    ///
    /// # Errors
    /// Arrow's, when the columns differ in length; they do not.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let own = self.contract.columns.iter().map(|column| Field::new(&column.name, column.data_type.clone(), true));
        let mut fields = own.collect::<Vec<_>>();
        let mut arrays = self.columns.iter_mut().map(Cells::finish).collect::<Result<Vec<_>, _>>()?;
        for (name, array) in self.system.finish()? {
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        self.rows = 0;
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }
}

impl SystemCells {
    #[expect(clippy::too_many_arguments, reason = "one argument a system column")]
    fn append(
        &mut self,
        source: &str,
        instance: &str,
        event_id: &str,
        version: i64,
        sequence: i64,
        occurred_at: i64,
        deleted: bool,
        tells: Option<&str>,
    ) {
        self.source.append_value(source);
        self.instance.append_value(instance);
        self.event_id.append_value(event_id);
        self.version.append_value(version);
        self.sequence.append_value(sequence);
        self.occurred_at.append_value(occurred_at);
        self.deleted.append_value(deleted);
        self.tells.append_option(tells);
    }

    fn finish(&mut self) -> Result<Vec<(&'static str, ArrayRef)>, ArrowError> {
        let utc = DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()));
        let occurred_at = arrow::compute::cast(&self.occurred_at.finish(), &utc)?;
        Ok(vec![
            (SOURCE, Arc::new(self.source.finish())),
            (INSTANCE, Arc::new(self.instance.finish())),
            (EVENT_ID, Arc::new(self.event_id.finish())),
            (VERSION, Arc::new(self.version.finish())),
            (SEQUENCE, Arc::new(self.sequence.finish())),
            (OCCURRED_AT, occurred_at),
            (DELETED, Arc::new(self.deleted.finish())),
            (TELLS, Arc::new(self.tells.finish())),
        ])
    }
}

impl Cells {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Whole(Int64Builder::new()),
            DataType::Decimal128(precision, scale) => {
                let builder = Decimal128Builder::new().with_data_type(data_type.clone());
                Self::Units(builder, *precision, u32::from(scale.unsigned_abs()))
            }
            DataType::Float64 => Self::Double(Float64Builder::new()),
            DataType::Boolean => Self::Truth(BooleanBuilder::new()),
            DataType::Date32 => Self::Day(Date32Builder::new()),
            DataType::Timestamp(..) => Self::Micros(TimestampMicrosecondBuilder::new()),
            DataType::Binary => Self::Bytes(BinaryBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// `value` in this column's type; nothing is rounded, cut or guessed.
    fn fit(&self, value: &Value, zone: Tz) -> Result<Cell, String> {
        match (self, value) {
            (Self::Text(_), Value::Text(text) | Value::Raw(text)) if text.contains('\0') => Err("holds a NUL byte".into()),
            (Self::Text(_), Value::Text(text) | Value::Raw(text)) => Ok(Cell::Text(text.clone())),
            (Self::Text(_), Value::Whole(number)) => Ok(Cell::Text(number.to_string())),
            (Self::Whole(_), Value::Whole(number)) => Ok(Cell::Whole(*number)),
            (Self::Whole(_), Value::Decimal(number)) => whole(&number.normalize().to_string()).map(Cell::Whole),
            (Self::Units(_, precision, scale), Value::Decimal(number)) => units(*number, *precision, *scale),
            (Self::Units(_, precision, scale), Value::Whole(number)) => units(Decimal::from(*number), *precision, *scale),
            (Self::Double(_), Value::Decimal(number)) => double(&number.to_string()).map(Cell::Double),
            (Self::Double(_), Value::Whole(number)) => double(&number.to_string()).map(Cell::Double),
            (Self::Truth(_), Value::Truth(truth)) => Ok(Cell::Truth(*truth)),
            (Self::Day(_), Value::Date(date)) => Ok(Cell::Day(day_number(*date))),
            (Self::Micros(_), Value::Instant(instant)) => {
                micros(*instant).map(Cell::Micros).ok_or_else(|| "is no time of this age".into())
            }
            (_, Value::Text(text) | Value::Raw(text)) => self.read(text.trim(), zone),
            _ => Err(format!("is no {}", self.word())),
        }
    }

    /// A text as this column's type, where the source's columns come from data.
    fn read(&self, text: &str, zone: Tz) -> Result<Cell, String> {
        match self {
            Self::Text(_) => Ok(Cell::Text(text.to_owned())),
            Self::Whole(_) => whole(text).map(Cell::Whole),
            Self::Units(_, precision, scale) => decimal(text, *precision, *scale).map(Cell::Units),
            Self::Double(_) => double(text).map(Cell::Double),
            Self::Truth(_) => truth(text).map(Cell::Truth),
            Self::Day(_) => Ok(Cell::Day(day_number(moment(text, &[])?.local().date()))),
            Self::Micros(_) => {
                let micros = moment(text, &[])?.micros(zone)?;
                if MICROS.contains(&micros) { Ok(Cell::Micros(micros)) } else { Err("is no time of this age".into()) }
            }
            Self::Bytes(_) => Err("holds bytes, which no source tells".into()),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "whole number",
            Self::Units(..) => "amount",
            Self::Double(_) => "number",
            Self::Truth(_) => "truth",
            Self::Day(_) => "date",
            Self::Micros(_) => "time",
            Self::Bytes(_) => "bytes",
        }
    }

    /// What stands in the last column of a key where no record is meant.
    fn nothing(&self) -> Cell {
        match self {
            Self::Whole(_) => Cell::Whole(0),
            Self::Micros(_) => Cell::Micros(0),
            Self::Day(_) => Cell::Day(0),
            _ => Cell::Text(String::new()),
        }
    }

    fn append(&mut self, cell: Option<Cell>) {
        match (self, cell) {
            (Self::Text(values), Some(Cell::Text(value))) => values.append_value(value),
            (Self::Text(values), _) => values.append_null(),
            (Self::Whole(values), Some(Cell::Whole(value))) => values.append_value(value),
            (Self::Whole(values), _) => values.append_null(),
            (Self::Units(values, ..), Some(Cell::Units(value))) => values.append_value(value),
            (Self::Units(values, ..), _) => values.append_null(),
            (Self::Double(values), Some(Cell::Double(value))) => values.append_value(value),
            (Self::Double(values), _) => values.append_null(),
            (Self::Truth(values), Some(Cell::Truth(value))) => values.append_value(value),
            (Self::Truth(values), _) => values.append_null(),
            (Self::Day(values), Some(Cell::Day(value))) => values.append_value(value),
            (Self::Day(values), _) => values.append_null(),
            (Self::Micros(values), Some(Cell::Micros(value))) => values.append_value(value),
            (Self::Micros(values), _) => values.append_null(),
            (Self::Bytes(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Whole(values) => Arc::new(values.finish()),
            Self::Units(values, ..) => Arc::new(values.finish()),
            Self::Double(values) => Arc::new(values.finish()),
            Self::Truth(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
            Self::Micros(values) => Arc::new(values.finish().with_timezone("UTC")),
            Self::Bytes(values) => Arc::new(values.finish()),
        })
    }
}

/// `number` in units of 10^-`scale`, if it is that exactly and fits.
fn units(number: Decimal, precision: u8, scale: u32) -> Result<Cell, String> {
    let number = number.normalize();
    let more = scale.checked_sub(number.scale()).ok_or_else(|| format!("has more than {scale} decimals"))?;
    let units = 10_i128.checked_pow(more).and_then(|factor| number.mantissa().checked_mul(factor));
    let limit = 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX);
    units
        .filter(|units| units.checked_abs().is_some_and(|units| units < limit))
        .map(Cell::Units)
        .ok_or_else(|| format!("has more than {precision} digits"))
}

fn micros(instant: DateTime<Utc>) -> Option<i64> {
    Some(instant.timestamp_micros()).filter(|micros| MICROS.contains(micros))
}

fn wrong(field: &str, value: Option<String>, reason: String) -> Wrong {
    Wrong { record: 0, field: field.to_owned(), value, reason }
}

fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) | Value::Raw(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Instant(instant) => instant.to_rfc3339(),
        Value::Date(date) => date.to_string(),
        Value::Truth(truth) => truth.to_string(),
    })
}
