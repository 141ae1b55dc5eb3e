//! What tables and columns are, in words, where PostgreSQL's clients look for it: `pg_description`, `col_description` and `obj_description`; and
//! which tables are meant by a name alone: `pg_table_is_visible`. They ask by numbers that the catalogue gives out, so that these are learnt
//! first, once a connection and only for a statement that asks for either. Knows no statement's meaning.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::arrow::array::{Array, AsArray, BooleanArray, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema};
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use quarterdeck_engine::Session;
use quarterdeck_engine::catalog::PUBLIC;
use quarterdeck_engine::described::Described;

/// The table of tables: a table's description says that it is one of its objects.
const OF_TABLES: &str = "pg_class";
/// A statement that asks for descriptions, or for what a name alone means, says so.
const ASKED_BY: [&str; 2] = ["description", VISIBLE];
/// The function that tells whether a table is meant by its name alone.
const VISIBLE: &str = "pg_table_is_visible";
/// Tables and their columns by the catalogue's numbers.
const NUMBERS: &str = "
    SELECT c.oid, n.nspname, c.relname, a.attnum, a.attname
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') OR c.relname = 'pg_class'";

/// Words by table and column; 0 is the table itself.
#[derive(Debug, Default)]
struct Words {
    by_number: HashMap<(i32, i32), String>,
    /// Tables that are not found without the name of their schema.
    elsewhere: HashSet<i32>,
    /// The number of the table of tables.
    of_tables: i32,
}

/// The words of one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Comments(Arc<RwLock<Words>>);

impl Comments {
    /// Registers the functions and the table.
    ///
    /// # Errors
    /// DataFusion's, when there is no catalogue yet.
    pub(super) fn register(&self, context: &SessionContext, catalog: &str) -> Result<()> {
        context.register_udf(self.function("col_description", vec![DataType::Int32, DataType::Int32]));
        context.register_udf(self.function("obj_description", vec![DataType::Int32, DataType::Utf8]));
        context.register_udf(self.visible());
        let none = || DataFusionError::Internal(format!("there is no catalog {catalog}"));
        let catalog = context.catalog(catalog).ok_or_else(none)?;
        let inner = catalog.schema("pg_catalog").ok_or_else(none)?;
        catalog.register_schema("pg_catalog", Arc::new(Catalogue { inner, comments: self.clone() }))?;
        Ok(())
    }

    fn function(&self, name: &str, takes: Vec<DataType>) -> datafusion::logical_expr::ScalarUDF {
        let (comments, of_columns) = (self.clone(), takes.get(1) == Some(&DataType::Int32));
        let answer = Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let [tables, second] = arrays.as_slice() else {
                return Err(DataFusionError::Internal("a description is of two arguments".into()));
            };
            let words = comments.0.read().unwrap_or_else(PoisonError::into_inner);
            let tables = tables.as_primitive::<Int32Type>();
            let columns = of_columns.then(|| second.as_primitive::<Int32Type>());
            let word = |row: usize| {
                let column = columns.map_or(0, |columns| columns.value(row));
                words.by_number.get(&(tables.value(row), column)).cloned()
            };
            let found = (0..tables.len()).map(|row| if tables.is_valid(row) { word(row) } else { None });
            Ok(ColumnarValue::Array(Arc::new(found.collect::<StringArray>())))
        });
        create_udf(name, takes, DataType::Utf8, Volatility::Stable, answer)
    }

    fn visible(&self) -> datafusion::logical_expr::ScalarUDF {
        let comments = self.clone();
        let answer = Arc::new(move |arguments: &[ColumnarValue]| {
            let tables = ColumnarValue::values_to_arrays(arguments)?;
            let words = comments.0.read().unwrap_or_else(PoisonError::into_inner);
            let visible = tables.iter().flat_map(|tables| tables.as_primitive::<Int32Type>().iter());
            let visible = visible.map(|table| table.map(|table| !words.elsewhere.contains(&table)));
            Ok(ColumnarValue::Array(Arc::new(visible.collect::<BooleanArray>())))
        });
        create_udf(VISIBLE, vec![DataType::Int32], DataType::Boolean, Volatility::Stable, answer)
    }

    /// Learns the words and the numbers of what `session` sees, if `sql` asks for them and they are not known yet.
    ///
    /// # Errors
    /// DataFusion's, when the catalogue cannot be read.
    pub(super) async fn learn(&self, session: &Session, sql: &str) -> Result<()> {
        let says = |asked: &&str| sql.as_bytes().windows(asked.len()).any(|word| word.eq_ignore_ascii_case(asked.as_bytes()));
        let is_asked = ASKED_BY.iter().any(says);
        if !is_asked || !self.0.read().unwrap_or_else(PoisonError::into_inner).by_number.is_empty() {
            return Ok(());
        }
        let described = session.described();
        let batches = session.context().sql(NUMBERS).await?.collect().await?;
        let mut words = Words::default();
        for batch in &batches {
            number(batch, &described, &mut words)?;
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = words;
        Ok(())
    }

    fn table(&self) -> Result<Arc<dyn TableProvider>> {
        let words = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let schema = Arc::new(Schema::new(vec![
            Field::new("objoid", DataType::Int32, false),
            Field::new("classoid", DataType::Int32, false),
            Field::new("objsubid", DataType::Int32, false),
            Field::new("description", DataType::Utf8, false),
        ]));
        let columns = vec![
            Arc::new(Int32Array::from_iter_values(words.by_number.keys().map(|(table, _)| *table))) as _,
            Arc::new(Int32Array::from_iter_values(words.by_number.keys().map(|_| words.of_tables))) as _,
            Arc::new(Int32Array::from_iter_values(words.by_number.keys().map(|(_, column)| *column))) as _,
            Arc::new(StringArray::from_iter_values(words.by_number.values())) as _,
        ];
        let rows = RecordBatch::try_new(Arc::clone(&schema), columns)?;
        Ok(Arc::new(MemTable::try_new(schema, vec![vec![rows]])?))
    }
}

/// Puts numbers to the words of what is described.
fn number(batch: &RecordBatch, described: &[Described], words: &mut Words) -> Result<()> {
    let columns = |index: usize, to: &DataType| cast(batch.column(index), to);
    let (tables, attributes) = (columns(0, &DataType::Int32)?, columns(3, &DataType::Int32)?);
    let (schemas, names, of) = (columns(1, &DataType::Utf8)?, columns(2, &DataType::Utf8)?, columns(4, &DataType::Utf8)?);
    let (tables, attributes) = (tables.as_primitive::<Int32Type>(), attributes.as_primitive::<Int32Type>());
    let (schemas, names, of) = (schemas.as_string::<i32>(), names.as_string::<i32>(), of.as_string::<i32>());
    for row in 0..batch.num_rows() {
        if names.value(row) == OF_TABLES {
            words.of_tables = tables.value(row);
        }
        if ![PUBLIC, "pg_catalog"].contains(&schemas.value(row)) {
            words.elsewhere.insert(tables.value(row));
        }
        let is_it = |one: &&Described| one.schema == schemas.value(row) && one.table == names.value(row);
        let Some(one) = described.iter().find(is_it) else { continue };
        words.by_number.entry((tables.value(row), 0)).or_insert_with(|| one.about.clone());
        if let Some(word) = one.columns.get(of.value(row)).filter(|word| !word.is_empty()) {
            words.by_number.insert((tables.value(row), attributes.value(row)), word.clone());
        }
    }
    Ok(())
}

/// `pg_catalog`, with descriptions.
#[derive(Debug)]
struct Catalogue {
    inner: Arc<dyn SchemaProvider>,
    comments: Comments,
}

#[async_trait]
impl SchemaProvider for Catalogue {
    fn table_names(&self) -> Vec<String> {
        self.inner.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if name == "pg_description" { self.comments.table().map(Some) } else { self.inner.table(name).await }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.inner.table_exist(name)
    }
}
