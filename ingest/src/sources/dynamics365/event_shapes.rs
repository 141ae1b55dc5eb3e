//! Which business event tells which columns of which table. Field names are those of the event catalogue's schemas.

use super::super::shape::Kind::{Amount, Day, Text, Time, Word};
use super::super::shape::{Field, field};

/// One kind of event.
pub(super) struct EventShape {
    /// Its BusinessEventId.
    pub(super) event: &'static str,
    pub(super) table: &'static str,
    /// The field that names the document.
    pub(super) key: &'static str,
    /// Columns that every event of the kind tells.
    pub(super) constants: &'static [(&'static str, &'static str)],
    /// The column that the event's own time tells.
    pub(super) happened: Option<&'static str>,
    pub(super) fields: &'static [Field],
    /// What must be fetched to know the whole document.
    pub(super) fetch: Option<&'static str>,
}

const INVOICE: &[Field] = &[
    field("invoice_id", Text, &["InvoiceId", "InvoiceNumber"]),
    field("invoice_number", Text, &["InvoiceId", "InvoiceNumber"]),
    field("order_id", Text, &["SalesOrderNumber", "SalesId"]),
    field("customer_id", Text, &["InvoiceAccount", "CustomerAccount"]),
    field("issued_at", Day, &["InvoiceDate"]),
    field("due_at", Day, &["InvoiceDueDate", "DueDate"]),
    field("tax_value", Amount, &["InvoiceTaxAmount", "TaxAmount"]),
    field("currency", Text, &["TransactionCurrencyCode", "CurrencyCode"]),
];

const BILL: &[Field] = &[
    field("bill_id", Text, &["InvoiceId", "InvoiceNumber"]),
    field("bill_number", Text, &["InvoiceId", "InvoiceNumber"]),
    field("supplier_id", Text, &["InvoiceAccount", "VendorAccount"]),
    field("purchase_order_id", Text, &["PurchaseOrderNumber"]),
    field("billed_at", Day, &["InvoiceDate"]),
    field("due_at", Day, &["InvoiceDueDate", "DueDate"]),
    field("tax_value", Amount, &["InvoiceTaxAmount", "TaxAmount"]),
    field("currency", Text, &["TransactionCurrencyCode", "CurrencyCode"]),
];

const PAYMENT: &[Field] = &[
    field("payment_id", Text, &["Voucher", "JournalBatchNumber"]),
    field("customer_id", Text, &["CustomerAccount"]),
    field("supplier_id", Text, &["VendorAccount"]),
    field("method", Text, &["MethodOfPayment", "PaymentMethod"]),
    field("paid_value", Amount, &["TransactionCurrencyAmount", "PaymentAmount"]),
    field("currency", Text, &["TransactionCurrencyCode", "CurrencyCode"]),
    field("paid_at", Day, &["TransactionDate", "PaymentDate"]),
];

const PURCHASE_ORDER: &[Field] = &[
    field("purchase_order_id", Text, &["PurchaseOrderNumber"]),
    field("supplier_id", Text, &["VendorAccount"]),
    field("net_value", Amount, &["TransactionCurrencyAmount"]),
    field("currency", Text, &["TransactionCurrencyCode"]),
];

const SALES_ORDER: &[Field] = &[
    field("order_id", Text, &["SalesOrderNumber"]),
    field("order_number", Text, &["SalesOrderNumber"]),
    field("customer_id", Text, &["CustomerAccount", "InvoiceAccount"]),
    field("promised_at", Day, &["ConfirmedShippingDate"]),
    field("net_value", Amount, &["TransactionCurrencyAmount"]),
    field("currency", Text, &["TransactionCurrencyCode"]),
];

/// A batch job may run many times under one id: the event names the run.
const BATCH_JOB: &[Field] = &[
    field("workflow", Text, &["JobId"]),
    field("run_id", Text, &["EventId"]),
    field("workflow_name", Text, &["JobDescription"]),
    field("status", Word(job_status), &["JobStatus"]),
    field("finished_at", Time, &["JobEndUtcDateTime"]),
];

fn job_status(word: &str) -> Option<&'static str> {
    match word {
        "Finished" | "Ended" => Some("succeeded"),
        "Error" | "Partially succeeded" => Some("failed"),
        "Canceled" | "Cancelled" => Some("cancelled"),
        _ => None,
    }
}

/// Every kind that is read.
pub(super) const EVENTS: &[EventShape] = &[
    EventShape {
        event: "SalesOrderConfirmedBusinessEvent",
        table: "orders",
        key: "SalesOrderNumber",
        constants: &[("kind", "order"), ("status", "open")],
        happened: None,
        fields: SALES_ORDER,
        fetch: Some("sales order"),
    },
    EventShape {
        event: "PurchaseOrderConfirmedBusinessEvent",
        table: "purchase_orders",
        key: "PurchaseOrderNumber",
        constants: &[("status", "open")],
        happened: Some("sent_at"),
        fields: PURCHASE_ORDER,
        fetch: Some("purchase order"),
    },
    EventShape {
        event: "CustFreeTextInvoicePostedBusinessEvent",
        table: "invoices",
        key: "InvoiceId",
        constants: &[("kind", "invoice"), ("status", "open")],
        happened: None,
        fields: INVOICE,
        fetch: Some("customer invoice"),
    },
    EventShape {
        event: "SalesInvoicePostedBusinessEvent",
        table: "invoices",
        key: "InvoiceId",
        constants: &[("kind", "invoice"), ("status", "open")],
        happened: None,
        fields: INVOICE,
        fetch: Some("customer invoice"),
    },
    EventShape {
        event: "VendorInvoicePostedBusinessEvent",
        table: "bills",
        key: "InvoiceId",
        constants: &[("kind", "bill"), ("status", "open")],
        happened: None,
        fields: BILL,
        fetch: Some("vendor invoice"),
    },
    EventShape {
        event: "CustomerPaymentPostedBusinessEvent",
        table: "payments",
        key: "Voucher",
        constants: &[("direction", "in"), ("status", "succeeded")],
        happened: None,
        fields: PAYMENT,
        fetch: Some("customer payment"),
    },
    EventShape {
        event: "VendorPaymentPostedBusinessEvent",
        table: "payments",
        key: "Voucher",
        constants: &[("direction", "out"), ("status", "succeeded")],
        happened: None,
        fields: PAYMENT,
        fetch: Some("vendor payment"),
    },
    EventShape {
        event: "BatchJobFinishedBusinessEvent",
        table: "workflow_runs",
        key: "JobId",
        constants: &[],
        happened: None,
        fields: BATCH_JOB,
        fetch: None,
    },
    EventShape {
        event: "BatchJobFailedBusinessEvent",
        table: "workflow_runs",
        key: "JobId",
        constants: &[],
        happened: None,
        fields: BATCH_JOB,
        fetch: None,
    },
];
