//! Rows to the columns of Parquet: the values of each column, and at which level each is defined and repeats.
//!
//! After S. Melnik and others, Dremel: Interactive Analysis of Web-Scale Datasets, VLDB 2010; with levels as
//! <https://parquet.apache.org/docs/file-format/nestedencoding/> has them.

use std::io;

use parquet::basic::{LogicalType, Type as Physical};
use parquet::data_type::ByteArray;
use parquet::schema::types::Type;
use serde_json::Value;

use crate::letter::Date;

/// How rows become columns: the message type as a tree whose leaves are numbered as columns are.
#[derive(Debug)]
pub struct Shape {
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    is_optional: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Column(usize),
    Struct(Vec<Field>),
    List(Box<Field>),
}

/// The values of one column that wait to be written.
#[derive(Debug)]
pub struct Column {
    /// The values that there are.
    pub values: Values,
    /// How much of the way to each place is there.
    pub defined: Vec<i16>,
    /// From which list on each place begins anew.
    pub repeated: Vec<i16>,
}

/// The values of a column.
#[derive(Debug)]
pub enum Values {
    /// Yes or no.
    Flags(Vec<bool>),
    /// Numbers of 32 bits, with or without a sign.
    Numbers(Vec<i32>),
    /// Days since 1970-01-01.
    Days(Vec<i32>),
    /// Numbers of 64 bits.
    Long(Vec<i64>),
    /// Texts.
    Texts(Vec<ByteArray>),
}

impl Shape {
    /// The shape of a message type, and a column for each of its leaves.
    ///
    /// # Errors
    /// For a type that rows are not made of.
    pub fn new(message: &Type) -> io::Result<(Self, Vec<Column>)> {
        let mut columns = Vec::new();
        let fields = fields(message, &mut columns)?;
        Ok((Self { fields }, columns))
    }

    /// Puts a row into the columns, and gives how many bytes it takes there.
    ///
    /// # Errors
    /// For a row that is not of this shape.
    pub fn shred(&self, row: &Value, columns: &mut [Column]) -> io::Result<usize> {
        let mut bytes = 0;
        let at = At { defined: 0, repeats: 0, depth: 0 };
        for field in &self.fields {
            bytes += field.shred(row.get(&field.name).unwrap_or(&Value::Null), at, columns)?;
        }
        Ok(bytes)
    }
}

/// Where in a row.
#[derive(Debug, Clone, Copy)]
struct At {
    /// How many optional and repeated fields on the way are there.
    defined: i16,
    /// The level that the next value repeats at.
    repeats: i16,
    /// How many lists are around.
    depth: i16,
}

impl Field {
    fn shred(&self, value: &Value, at: At, columns: &mut [Column]) -> io::Result<usize> {
        // Records leave out some lists where they are empty.
        let is_left_out = self.is_optional || matches!(self.kind, Kind::List(_));
        if value.is_null() {
            return if is_left_out { self.nothing(at, columns) } else { Err(self.wrong(value)) };
        }
        let at = At { defined: at.defined + i16::from(self.is_optional), ..at };
        match &self.kind {
            Kind::Column(number) => {
                let column = columns.get_mut(*number).ok_or_else(|| self.wrong(value))?;
                let bytes = column.values.push(value).ok_or_else(|| self.wrong(value))?;
                Ok(bytes + column.mark(at))
            }
            Kind::Struct(fields) => {
                let object = value.as_object().ok_or_else(|| self.wrong(value))?;
                let mut bytes = 0;
                for field in fields {
                    bytes += field.shred(object.get(&field.name).unwrap_or(&Value::Null), at, columns)?;
                }
                Ok(bytes)
            }
            Kind::List(element) => {
                let values = value.as_array().ok_or_else(|| self.wrong(value))?;
                if values.is_empty() {
                    return self.nothing(at, columns);
                }
                let mut bytes = 0;
                for (place, value) in values.iter().enumerate() {
                    let repeats = if place == 0 { at.repeats } else { at.depth + 1 };
                    let at = At { defined: at.defined + 1, repeats, depth: at.depth + 1 };
                    bytes += element.shred(value, at, columns)?;
                }
                Ok(bytes)
            }
        }
    }

    /// Notes in every column below that there is nothing here.
    fn nothing(&self, at: At, columns: &mut [Column]) -> io::Result<usize> {
        match &self.kind {
            Kind::Column(number) => Ok(columns.get_mut(*number).ok_or_else(|| self.wrong(&Value::Null))?.mark(at)),
            Kind::Struct(fields) => fields.iter().map(|field| field.nothing(at, columns)).sum(),
            Kind::List(element) => element.nothing(at, columns),
        }
    }

    fn wrong(&self, value: &Value) -> io::Error {
        let kind = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a flag",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        io::Error::new(io::ErrorKind::InvalidData, format!("the field `{}` of a record holds {kind}", self.name))
    }
}

impl Column {
    fn mark(&mut self, at: At) -> usize {
        self.defined.push(at.defined);
        self.repeated.push(at.repeats);
        2 * size_of::<i16>()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        match &mut self.values {
            Values::Flags(values) => values.clear(),
            Values::Numbers(values) | Values::Days(values) => values.clear(),
            Values::Long(values) => values.clear(),
            Values::Texts(values) => values.clear(),
        }
        self.defined.clear();
        self.repeated.clear();
    }
}

impl Values {
    /// Adds a value, and gives how many bytes it takes; `None` for one that is none of these.
    fn push(&mut self, value: &Value) -> Option<usize> {
        Some(match self {
            Self::Flags(values) => {
                values.push(value.as_bool()?);
                size_of::<bool>()
            }
            Self::Numbers(values) => {
                // Parquet keeps numbers without a sign in the bits of those with one.
                values.push(u32::try_from(value.as_u64()?).ok()?.cast_signed());
                size_of::<i32>()
            }
            Self::Days(values) => {
                values.push(days(value.as_str()?.parse().ok()?));
                size_of::<i32>()
            }
            Self::Long(values) => {
                values.push(value.as_i64()?);
                size_of::<i64>()
            }
            Self::Texts(values) => {
                let text = value.as_str()?;
                values.push(ByteArray::from(text));
                size_of::<ByteArray>() + text.len()
            }
        })
    }
}

/// How many days a date is behind 1970-01-01.
fn days(date: Date) -> i32 {
    date.to_days() - Date::EPOCH
}

fn fields(group: &Type, columns: &mut Vec<Column>) -> io::Result<Vec<Field>> {
    group.get_fields().iter().map(|field| self::field(field, columns)).collect()
}

fn field(field: &Type, columns: &mut Vec<Column>) -> io::Result<Field> {
    let info = field.get_basic_info();
    let kind = if field.is_primitive() {
        let values = match (field.get_physical_type(), info.logical_type_ref()) {
            (Physical::BOOLEAN, _) => Values::Flags(Vec::new()),
            (Physical::INT32, Some(LogicalType::Date)) => Values::Days(Vec::new()),
            (Physical::INT32, _) => Values::Numbers(Vec::new()),
            (Physical::INT64, _) => Values::Long(Vec::new()),
            (Physical::BYTE_ARRAY, _) => Values::Texts(Vec::new()),
            (other, _) => return Err(unknown(field.name(), &other.to_string())),
        };
        columns.push(Column { values, defined: Vec::new(), repeated: Vec::new() });
        Kind::Column(columns.len() - 1)
    } else if info.logical_type_ref() == Some(&LogicalType::List) {
        let list = field.get_fields().first().filter(|list| list.is_group());
        let element = list.and_then(|list| list.get_fields().first());
        let element = element.ok_or_else(|| unknown(field.name(), "a list without elements"))?;
        Kind::List(Box::new(self::field(element, columns)?))
    } else {
        Kind::Struct(fields(field, columns)?)
    };
    Ok(Field { name: field.name().to_owned(), is_optional: field.is_optional(), kind })
}

fn unknown(name: &str, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the column `{name}` is of a type that is not written: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (date, expected) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2016-12-30", 17_165),
            ("0001-01-01", -719_162),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!(days(date.parse().unwrap()), expected, "{date}");
        }
    }

    #[test]
    fn each_day_is_one_behind_the_day_before() {
        let dates =
            (1895..2105).flat_map(|year| (1..=12).flat_map(move |month| (1..=31).map(move |day| (year, month, day))));
        let counted: Vec<_> = dates.filter_map(|(y, m, d)| Date::new(y, m, d)).map(days).collect();
        assert!(counted.windows(2).all(|pair| pair[1] == pair[0] + 1) && counted.len() > 76_000);
    }
}
