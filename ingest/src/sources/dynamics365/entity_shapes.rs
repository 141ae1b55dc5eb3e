//! Which Dataverse entity is which table, and which of its attributes which column.

use super::super::shape::Kind::{Amount, Id, Label, Text, Time, Word};
use super::super::shape::{Field, field};

/// One entity.
pub(super) struct EntityShape {
    /// Its logical name.
    pub(super) entity: &'static str,
    pub(super) table: &'static str,
    /// The column that the record's id is.
    pub(super) key: &'static str,
    /// Columns that every record of the entity tells.
    pub(super) constants: &'static [(&'static str, &'static str)],
    /// The column of its creation, which the operation's time tells where `createdon` is left out.
    pub(super) created: Option<&'static str>,
    /// Whether it bears amounts: their currency is a reference without an ISO code, so the registration's is taken.
    pub(super) has_money: bool,
    pub(super) fields: &'static [Field],
}

fn customer_state(code: &str) -> Option<&'static str> {
    match code {
        "0" => Some("active"),
        "1" => Some("closed"),
        _ => None,
    }
}

fn order_state(code: &str) -> Option<&'static str> {
    match code {
        "0" | "1" => Some("open"),
        "2" => Some("cancelled"),
        "3" | "4" => Some("completed"),
        _ => None,
    }
}

fn invoice_state(code: &str) -> Option<&'static str> {
    match code {
        "0" | "1" => Some("open"),
        "2" => Some("paid"),
        "3" => Some("cancelled"),
        _ => None,
    }
}

fn product_state(code: &str) -> Option<&'static str> {
    match code {
        "0" => Some("active"),
        "1" => Some("discontinued"),
        _ => None,
    }
}

fn case_state(code: &str) -> Option<&'static str> {
    match code {
        "0" => Some("Active"),
        "1" => Some("Resolved"),
        "2" => Some("Canceled"),
        _ => None,
    }
}

/// Every entity that is read.
pub(super) const ENTITIES: &[EntityShape] = &[
    EntityShape {
        entity: "account",
        table: "customers",
        key: "customer_id",
        constants: &[("kind", "company")],
        created: Some("created_at"),
        has_money: false,
        fields: &[
            field("name", Text, &["name"]),
            field("email", Text, &["emailaddress1"]),
            field("phone", Text, &["telephone1"]),
            field("country", Text, &["address1_country"]),
            field("status", Word(customer_state), &["statecode"]),
            field("created_at", Time, &["createdon"]),
        ],
    },
    EntityShape {
        entity: "contact",
        table: "customers",
        key: "customer_id",
        constants: &[("kind", "person")],
        created: Some("created_at"),
        has_money: false,
        fields: &[
            field("name", Text, &["fullname"]),
            field("email", Text, &["emailaddress1"]),
            field("phone", Text, &["telephone1", "mobilephone"]),
            field("country", Text, &["address1_country"]),
            field("status", Word(customer_state), &["statecode"]),
            field("created_at", Time, &["createdon"]),
        ],
    },
    EntityShape {
        entity: "incident",
        table: "tickets",
        key: "ticket_id",
        constants: &[("kind", "incident")],
        created: Some("opened_at"),
        has_money: false,
        fields: &[
            field("state", Word(case_state), &["statecode"]),
            field("priority", Text, &["prioritycode"]),
            field("channel", Text, &["caseorigincode"]),
            field("category", Label, &["subjectid"]),
            field("assignee", Label, &["ownerid"]),
            field("requester", Id, &["customerid"]),
            field("opened_at", Time, &["createdon"]),
        ],
    },
    EntityShape {
        entity: "invoice",
        table: "invoices",
        key: "invoice_id",
        constants: &[("kind", "invoice")],
        created: Some("issued_at"),
        has_money: true,
        fields: &[
            field("invoice_number", Text, &["invoicenumber"]),
            field("order_id", Id, &["salesorderid"]),
            field("customer_id", Id, &["customerid"]),
            field("issued_at", Time, &["createdon"]),
            field("due_at", Time, &["duedate"]),
            field("net_value", Amount, &["totallineitemamount"]),
            field("tax_value", Amount, &["totaltax"]),
            field("status", Word(invoice_state), &["statecode"]),
        ],
    },
    EntityShape {
        entity: "product",
        table: "products",
        key: "sku",
        constants: &[],
        created: None,
        has_money: true,
        fields: &[
            field("name", Text, &["name"]),
            field("list_price", Amount, &["price"]),
            field("cost_price", Amount, &["standardcost", "currentcost"]),
            field("supplier_id", Text, &["vendorid"]),
            field("weight", Amount, &["stockweight"]),
            field("status", Word(product_state), &["statecode"]),
        ],
    },
    EntityShape {
        entity: "salesorder",
        table: "orders",
        key: "order_id",
        constants: &[("kind", "order")],
        created: Some("ordered_at"),
        has_money: true,
        fields: &[
            field("order_number", Text, &["ordernumber"]),
            field("customer_id", Id, &["customerid"]),
            field("status", Word(order_state), &["statecode"]),
            field("ordered_at", Time, &["createdon"]),
            field("promised_at", Time, &["requestdeliveryby"]),
            field("net_value", Amount, &["totallineitemamount"]),
            field("discount_value", Amount, &["totaldiscountamount"]),
            field("tax_value", Amount, &["totaltax"]),
            field("shipping_value", Amount, &["freightamount"]),
        ],
    },
];
