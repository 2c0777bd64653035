//! A mutator that knows the wire format of protocol buffers, and no message: lengths stay right, so
//! that a change gets past the decoder.

/// One field of a message.
#[derive(Clone)]
struct Field {
    number: u64,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    /// Bytes that are a message too, or look like one.
    Message(Vec<Field>),
}

/// Deeper is left as bytes.
const MAX_DEPTH: usize = 64;

/// Values at which arithmetic and indices break.
const EDGES: [u64; 16] = [
    0,
    1,
    2,
    3,
    127,
    128,
    255,
    999_999,
    1_000_000,
    1_000_001,
    i32::MAX as u64,
    u32::MAX as u64,
    i64::MAX as u64,
    i64::MIN as u64,
    u64::MAX - 1,
    u64::MAX,
];

/// Changes one thing of a message; `None` when the bytes are none.
pub fn mutate(bytes: &[u8], most: usize, seed: u32) -> Option<Vec<u8>> {
    let mut message = parse(bytes, 0)?;
    let mut chance = Chance(u64::from(seed) | 1 << 40);
    for _ in 0..=chance.below(3) {
        change(&mut message, &mut chance);
    }
    let mut changed = Vec::with_capacity(bytes.len() + 16);
    write(&message, &mut changed);
    (changed.len() <= most).then_some(changed)
}

/// Numbers without a library: xorshift.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 8) as usize % end.max(1)
    }
}

/// Goes down some way at random, and changes what it finds there.
fn change(message: &mut Vec<Field>, chance: &mut Chance) {
    if message.is_empty() {
        message.push(Field {
            number: 1 + chance.below(16) as u64,
            value: Value::Varint(EDGES[chance.below(EDGES.len())]),
        });
        return;
    }
    let at = chance.below(message.len());
    if let Value::Message(inner) = &mut message[at].value
        && chance.below(8) != 0
    {
        return change(inner, chance);
    }
    match chance.below(7) {
        0 => drop(message.remove(at)),
        1 => message.insert(at, message[at].clone()),
        2 => {
            let other = chance.below(message.len());
            message.swap(at, other);
        }
        3 => message[at].number = 1 + chance.below(32) as u64,
        // The same field of another one: an index, a key or a whole condition moves.
        4 => {
            let other = message[chance.below(message.len())].value.clone();
            message[at].value = other;
        }
        _ => change_value(&mut message[at].value, chance),
    }
}

fn change_value(value: &mut Value, chance: &mut Chance) {
    match value {
        Value::Varint(number) => {
            *number = match chance.below(3) {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                _ => EDGES[chance.below(EDGES.len())],
            }
        }
        Value::Fixed64(bytes) => *bytes = odd_double(chance).to_le_bytes(),
        Value::Fixed32(bytes) => bytes[chance.below(4)] ^= 1 << chance.below(8),
        Value::Message(fields) => fields.clear(),
        Value::Bytes(bytes) => match chance.below(4) {
            0 => bytes.clear(),
            1 => bytes.extend_from_within(..),
            2 if !bytes.is_empty() => {
                let at = chance.below(bytes.len());
                bytes[at] ^= 1 << chance.below(8);
            }
            _ => {
                let at = chance.below(bytes.len() + 1);
                bytes.insert(at, b"0.-/: (ago)%+TZ\xff\0"[chance.below(17)]);
            }
        },
    }
}

fn odd_double(chance: &mut Chance) -> f64 {
    let odd = [
        0.0, -0.0, 1e300, -1e300, 1e11, 1e14, 0.5, 1e-320, 90.0, 180.0,
    ];
    match chance.below(odd.len() + 3) {
        10 => f64::NAN,
        11 => f64::INFINITY,
        12 => f64::from_bits(chance.next()),
        at => odd[at],
    }
}

fn parse(mut bytes: &[u8], depth: usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut bytes)?),
            1 => Value::Fixed64(take::<8>(&mut bytes)?),
            5 => Value::Fixed32(take::<4>(&mut bytes)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (inner, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                match parse(inner, depth + 1) {
                    Some(fields) if depth < MAX_DEPTH && !fields.is_empty() => {
                        Value::Message(fields)
                    }
                    _ => Value::Bytes(inner.to_vec()),
                }
            }
            _ => return None,
        };
        if tag >> 3 == 0 {
            return None;
        }
        fields.push(Field {
            number: tag >> 3,
            value,
        });
    }
    Some(fields)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 127) << (7 * shift);
        if byte & 128 == 0 {
            return Some(number);
        }
    }
    None
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn write(fields: &[Field], out: &mut Vec<u8>) {
    for field in fields {
        let tag = |wire: u64| field.number << 3 | wire;
        match &field.value {
            Value::Varint(number) => {
                put(tag(0), out);
                put(*number, out);
            }
            Value::Fixed64(bytes) => {
                put(tag(1), out);
                out.extend_from_slice(bytes);
            }
            Value::Fixed32(bytes) => {
                put(tag(5), out);
                out.extend_from_slice(bytes);
            }
            Value::Bytes(bytes) => {
                put(tag(2), out);
                put(bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Value::Message(fields) => {
                let mut inner = Vec::new();
                write(fields, &mut inner);
                put(tag(2), out);
                put(inner.len() as u64, out);
                out.append(&mut inner);
            }
        }
    }
}

fn put(mut number: u64, out: &mut Vec<u8>) {
    while number > 127 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}
