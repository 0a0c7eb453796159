//! Turns: how long each is and who takes it, with their text forms.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Serialize, Serializer};

use super::{Member, ParseError};

/// The word for a slot that is empty on purpose.
pub const NOBODY: &str = "nobody";

/// Who takes a turn: one person, several at once, or nobody on purpose.
///
/// Written `alice`, `[bob, carol]` or `nobody`; so nobody can be on call whose handle is `nobody`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The first is the primary, the others are rung together with them. Empty: declared to be nobody.
    pub members: Vec<Member>,
}

impl Slot {
    /// A slot that is empty on purpose.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { members: Vec::new() }
    }

    /// Whether it is empty on purpose.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.members.is_empty()
    }
}

impl From<&str> for Slot {
    fn from(handle: &str) -> Self {
        Self::from(Member::from(handle))
    }
}

impl From<Member> for Slot {
    fn from(member: Member) -> Self {
        Self { members: vec![member] }
    }
}

/// How long the turns are: all the same, or a list that cycles.
///
/// `1w`; or `[4d, 3d]`, of which turn k has length k modulo two. The lengths of a list are of one family
/// (hours; days and weeks; months), because only then is the begin of any turn plain arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    lengths: Vec<Rotation>,
}

impl Turns {
    /// A list of lengths that cycles.
    ///
    /// # Errors
    /// [`ParseError::NoTurns`] without any, [`ParseError::MixedTurns`] if they are not of one family.
    pub fn new(lengths: Vec<Rotation>) -> Result<Self, ParseError> {
        let first = lengths.first().ok_or(ParseError::NoTurns)?.unit.family();
        match lengths.iter().find(|length| length.unit.family() != first) {
            Some(other) => Err(ParseError::MixedTurns(lengths[0].to_string(), other.to_string())),
            None => Ok(Self { lengths }),
        }
    }

    /// The lengths in order; never empty, all of one family.
    #[must_use]
    pub fn lengths(&self) -> &[Rotation] {
        &self.lengths
    }

    /// Whether one of them is zero: then the first turn never ends.
    #[must_use]
    pub fn has_zero(&self) -> bool {
        self.lengths.iter().any(|length| length.count == 0)
    }
}

impl From<Rotation> for Turns {
    fn from(length: Rotation) -> Self {
        Self { lengths: vec![length] }
    }
}

/// The length of a turn: `1mo`, `1w`, `1d`, `12h`.
///
/// Months, weeks and days hand over at the same wall-clock time all year; hours are exact elapsed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// What is counted.
    pub unit: RotationUnit,
    /// How many of the unit; zero is refused by [`crate::validate`].
    pub count: u16,
}

/// What a [`Rotation`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationUnit {
    /// Exact hours of elapsed time.
    Hour,
    /// Calendar days.
    Day,
    /// Calendar weeks of seven days.
    Week,
    /// Calendar months, counted from the day of `starts`; a day the month does not have is its last one.
    Month,
}

impl RotationUnit {
    /// The unit all lengths of this family can be counted in.
    const fn family(self) -> Self {
        match self {
            Self::Week => Self::Day,
            other => other,
        }
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            RotationUnit::Hour => "h",
            RotationUnit::Day => "d",
            RotationUnit::Week => "w",
            RotationUnit::Month => "mo",
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl FromStr for Rotation {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = || ParseError::Rotation(text.to_owned());
        let units = [
            ("mo", RotationUnit::Month),
            ("w", RotationUnit::Week),
            ("d", RotationUnit::Day),
            ("h", RotationUnit::Hour),
        ];
        let mut read = units.iter().filter_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)));
        let (digits, unit) = read.next().ok_or_else(refuse)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let count = digits.parse().map_err(|_| refuse())?;
        Ok(Self { unit, count })
    }
}

impl Serialize for Rotation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rotation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Turns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.lengths.as_slice() {
            [only] => only.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Turns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Turns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a turn length such as \"1w\", or a list of them such as [4d, 3d]")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Turns, E> {
                text.parse::<Rotation>().map(Turns::from).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Turns, A::Error> {
                let mut lengths = Vec::new();
                while let Some(length) = items.next_element()? {
                    lengths.push(length);
                }
                Turns::new(lengths).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.members.as_slice() {
            [] => serializer.serialize_str(NOBODY),
            [only] => only.serialize(serializer),
            several => {
                let mut list = serializer.serialize_seq(Some(several.len()))?;
                for member in several {
                    list.serialize_element(member)?;
                }
                list.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Slot;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a handle, a list of handles, or nobody")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Slot, E> {
                Ok(if text == NOBODY { Slot::nobody() } else { Slot::from(text) })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Slot, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = items.next_element::<Member>()? {
                    if member.as_str() == NOBODY {
                        return Err(de::Error::custom("nobody stands alone: write it in place of the list"));
                    }
                    members.push(member);
                }
                if members.is_empty() {
                    return Err(de::Error::custom(
                        "the list names nobody; write nobody for a slot that is empty on purpose",
                    ));
                }
                Ok(Slot { members })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
