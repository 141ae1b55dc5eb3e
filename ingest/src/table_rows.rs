//! Rows of one canonical table, collected from what decoders tell and held to the table's contract: a row that does not fit is refused whole,
//! with the column, the text and the reason. Knows no source and no lake.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use chrono_tz::Tz;
use quarterdeck_engine::contract::{
    DELETED, EVENT_ID, INSTANCE, OCCURRED_AT, SEQUENCE, SOURCE, TELLS, TELLS_SET, TableContract, VERSION,
};

use crate::sources::{ChildSet, Row, RowHead, Teller, Told, Value, Wrong};
use crate::typed_cells::{Cell, Cells, micros};

/// Collects rows of one table.
pub struct TableRows {
    contract: Arc<TableContract>,
    columns: Vec<Cells>,
    index: HashMap<String, usize>,
    required: Vec<bool>,
    is_key: Vec<bool>,
    /// The cells of the row that is being told, before any is kept.
    scratch: Vec<Slot>,
    /// Columns that the row sets to null, by name, where it tells a part alone.
    cleared: Vec<usize>,
    /// Where the last column was found: rows of one table tell their columns in one order.
    last: usize,
    system: SystemCells,
    rows: usize,
}

/// A cell of the row that is being told; its buffer serves row after row.
#[derive(Debug)]
struct Slot {
    told: bool,
    cell: Cell,
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
            scratch: columns.iter().map(|cells| Slot { told: false, cell: cells.nothing() }).collect(),
            cleared: Vec::new(),
            last: 0,
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
        self.begin();
        for (name, value) in &row.values {
            self.tell(name, told(value), teller.zone)?;
        }
        for name in &row.cleared {
            self.tell(name, Told::Null, teller.zone)?;
        }
        let head = RowHead {
            version: row.version,
            sequence: row.sequence,
            occurred_at: row.occurred_at,
            deleted: row.deleted,
            partial: row.partial,
            instance: row.instance.as_deref(),
            event_id: row.event_id.as_deref(),
        };
        self.end(head, teller)
    }

    /// Begins a row; one that was begun before and not ended is forgotten.
    pub fn begin(&mut self) {
        self.scratch.iter_mut().for_each(|slot| slot.told = false);
        self.cleared.clear();
    }

    /// Tells a column of the row that was begun.
    ///
    /// # Errors
    /// [`Wrong`] naming the column, if the table has none of this name or the value does not fit it.
    pub fn tell(&mut self, name: &str, value: Told<'_>, zone: Tz) -> Result<(), Wrong> {
        let index = self.column(name)?;
        let slot = &mut self.scratch[index];
        if matches!(value, Told::Null) {
            slot.told = false;
            self.cleared.push(index);
            return Ok(());
        }
        self.columns[index].fit(value, zone, &mut slot.cell).map_err(|reason| wrong(name, Some(value.to_string()), reason))?;
        slot.told = true;
        Ok(())
    }

    /// Keeps the row that was begun.
    ///
    /// # Errors
    /// [`Wrong`] naming what the table needs and the row does not tell; nothing of it is kept.
    pub fn end(&mut self, head: RowHead<'_>, teller: Teller<'_>) -> Result<(), Wrong> {
        let whole = !head.deleted && !head.partial;
        let missing = (0..self.columns.len()).find(|index| {
            let must = self.is_key[*index] || (whole && self.required[*index]);
            must && !self.scratch[*index].told
        });
        if let Some(index) = missing {
            let name = &self.contract.columns[index].name;
            return Err(wrong(name, None, format!("is missing, and {} needs it", self.contract.name)));
        }
        let tells = head.partial.then(|| self.told_columns());
        self.keep(head, teller, tells.as_deref())
    }

    /// The columns that a partial row tells, the key left out.
    fn told_columns(&self) -> String {
        let told = (0..self.columns.len()).filter(|index| !self.is_key[*index]);
        let told = told.filter(|index| self.scratch[*index].told || self.cleared.contains(index));
        told.map(|index| self.contract.columns[index].name.as_str()).collect::<Vec<_>>().join(",")
    }

    fn keep(&mut self, head: RowHead<'_>, teller: Teller<'_>, tells: Option<&str>) -> Result<(), Wrong> {
        let too_old = || wrong(VERSION, Some(head.version.to_string()), "is no time of this age".into());
        let version = micros(head.version).ok_or_else(too_old)?;
        let occurred_at = head.occurred_at.and_then(micros).unwrap_or(version);
        for (cells, slot) in self.columns.iter_mut().zip(&self.scratch) {
            cells.append(slot.told.then_some(&slot.cell));
        }
        let event_id = head.event_id.unwrap_or(teller.event_id);
        let instance = head.instance.unwrap_or(teller.instance);
        self.system.append(teller.source, instance, event_id, version, head.sequence, occurred_at, head.deleted, tells);
        self.rows += 1;
        Ok(())
    }

    /// Takes the word that a parent's children are told whole: a row of no child, that older children are measured by.
    ///
    /// # Errors
    /// As [`TableRows::push`].
    pub fn push_set(&mut self, set: &ChildSet, teller: Teller<'_>) -> Result<(), Wrong> {
        self.begin();
        for (name, value) in &set.parent {
            self.tell(name, told(value), teller.zone)?;
        }
        let contract = Arc::clone(&self.contract);
        for (place, name) in contract.primary_key.iter().enumerate() {
            let index = self.column(name)?;
            let last = place + 1 == contract.primary_key.len();
            if last && !self.scratch[index].told {
                self.scratch[index] = Slot { told: true, cell: self.columns[index].nothing() };
            } else if !self.scratch[index].told {
                return Err(wrong(name, None, format!("is missing: a set of {} is told by its parent's key", contract.name)));
            }
        }
        let head = RowHead {
            version: set.version,
            sequence: set.sequence,
            occurred_at: None,
            deleted: true,
            partial: false,
            instance: set.instance.as_deref(),
            event_id: None,
        };
        self.keep(head, teller, Some(TELLS_SET))
    }

    fn column(&mut self, name: &str) -> Result<usize, Wrong> {
        let next = self.last + 1;
        let expected = self.contract.columns.get(next).filter(|column| column.name == name).map(|_| next);
        let found = expected.or_else(|| self.index.get(name).copied());
        self.last = found.ok_or_else(|| wrong(name, None, format!("{} has no such column", self.contract.name)))?;
        Ok(self.last)
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

fn wrong(field: &str, value: Option<String>, reason: String) -> Wrong {
    Wrong { record: 0, field: field.to_owned(), value, reason }
}

fn told(value: &Value) -> Told<'_> {
    match value {
        Value::Text(text) => Told::Text(text),
        Value::Raw(text) => Told::Raw(text),
        Value::Whole(number) => Told::Whole(*number),
        Value::Decimal(number) => Told::Decimal(*number),
        Value::Instant(instant) => Told::Instant(*instant),
        Value::Date(date) => Told::Date(*date),
        Value::Truth(truth) => Told::Truth(*truth),
    }
}
