"""Reads member sets, written from the table of their format: all of a set is decoded at once."""

import struct

INTEGERS, SPARSE_INTEGERS, HASHED, TEXTS = 1, 2, 3, 4
HEADER = 40
CHECKSUM = 8
STORED_BITS = 56
ALL = 2**64 - 1


class MemberSet:
    """The members of an artifact."""

    def __init__(self, artifact):
        assert artifact[:8] == b"TURNSET\x01"
        self.kind, self.bits = artifact[8], artifact[9]
        (self.count,) = struct.unpack_from("<Q", artifact, 16)
        self.key = artifact[24:40]
        read = {INTEGERS: integers, SPARSE_INTEGERS: self.table, HASHED: self.table, TEXTS: texts}
        self.members = read[self.kind](artifact[HEADER:-CHECKSUM], self.count)
        assert len(self.members) == self.count

    def __contains__(self, unit_id):
        """Whether an id, exact to the byte, is a member."""
        if self.kind == TEXTS:
            return unit_id in self.members
        if self.kind == HASHED:
            return self.first_bits(siphash(self.key, unit_id.encode())) in self.members
        if not is_canonical(unit_id):
            return False
        if self.kind == INTEGERS:
            return int(unit_id) in self.members
        return self.first_bits(spread(int(unit_id)) << 64) in self.members

    def first_bits(self, value):
        """What of 128 bits a table keeps: the number of the bucket, and what is stored."""
        return value >> 128 - self.bits - STORED_BITS

    def table(self, body, count):
        """The kept bits of all entries, each with its bucket in front."""
        buckets = 2**self.bits
        starts = struct.unpack_from(f"<{buckets + 1}I", body)
        stored = body[4 * (buckets + 1) :]
        assert len(stored) == 7 * count
        return {
            bucket << STORED_BITS | int.from_bytes(stored[7 * at : 7 * at + 7], "little")
            for bucket in range(buckets)
            for at in range(starts[bucket], starts[bucket + 1])
        }


def is_canonical(unit_id):
    """Whether it is how a number of 64 bits is written."""
    return unit_id.isascii() and unit_id.isdigit() and str(int(unit_id)) == unit_id and (
        int(unit_id) <= ALL
    )  # fmt: skip


def integers(body, _count):
    """Every integer of every bitmap."""
    (bitmaps,) = struct.unpack_from("<Q", body)
    records = [struct.unpack_from("<IQ", body, 8 + 12 * at) for at in range(bitmaps)]
    behind, begins, found = body[8 + 12 * bitmaps :], 0, set()
    for high, ends in records:
        found |= {high << 32 | low for low in roaring(behind[begins:ends])}
        begins = ends
    return found


def texts(body, count):
    """The texts, cut where each ends."""
    ends = struct.unpack_from(f"<{count}I", body)
    whole, begins, found = body[4 * count :], 0, set()
    for end in ends:
        found.add(whole[begins:end].decode())
        begins = end
    return found


def roaring(bitmap):
    """The numbers of a 32-bit Roaring bitmap in the portable format."""
    (cookie,) = struct.unpack_from("<I", bitmap)
    if cookie & 0xFFFF == 12347:
        count = (cookie >> 16) + 1
        flags = int.from_bytes(bitmap[4 : 4 + (count + 7) // 8], "little")
        at = 4 + (count + 7) // 8
    else:
        assert cookie == 12346
        (count,) = struct.unpack_from("<I", bitmap, 4)
        flags, at = 0, 8
    heads = [struct.unpack_from("<HH", bitmap, at + 4 * index) for index in range(count)]
    at += 4 * count
    if flags == 0 or count >= 4:
        at += 4 * count  # where each container begins: they stand one behind the other
    found = []
    for index, (high, less_one) in enumerate(heads):
        numbers, at = container(bitmap, at, less_one + 1, is_run=bool(flags >> index & 1))
        found += [high << 16 | low for low in numbers]
    return found


def container(bitmap, at, count, *, is_run):
    """The numbers of a container, and where the next one begins."""
    if is_run:
        (runs,) = struct.unpack_from("<H", bitmap, at)
        pairs = [struct.unpack_from("<HH", bitmap, at + 2 + 4 * index) for index in range(runs)]
        return [n for start, more in pairs for n in range(start, start + more + 1)], (
            at + 2 + 4 * runs
        )
    if count <= 4096:
        return list(struct.unpack_from(f"<{count}H", bitmap, at)), at + 2 * count
    bits = int.from_bytes(bitmap[at : at + 8192], "little")
    return [number for number in range(65_536) if bits >> number & 1], at + 8192


def spread(number):
    """The finalizer of SplitMix64."""
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & ALL
    number = (number ^ number >> 27) * 0x94D049BB133111EB & ALL
    return number ^ number >> 31


def siphash(key, text):
    """SipHash-2-4 of 128 bits; the first half of the output is the high half of the number."""
    k0, k1 = struct.unpack("<2Q", key)
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D ^ 0xEE,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) % 256])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xEE
    rounds(v, 4)
    high = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(v, 4)
    return high << 64 | v[0] ^ v[1] ^ v[2] ^ v[3]


def rounds(v, count):
    """So many rounds on the four words, in place."""
    for _ in range(count):
        v[0], v[1] = add_turn(v[0], v[1], 13)
        v[0] = turned(v[0], 32)
        v[2], v[3] = add_turn(v[2], v[3], 16)
        v[0], v[3] = add_turn(v[0], v[3], 21)
        v[2], v[1] = add_turn(v[2], v[1], 17)
        v[2] = turned(v[2], 32)


def add_turn(left, right, by):
    """Half of a half round."""
    left = left + right & ALL
    return left, turned(right, by) ^ left


def turned(word, by):
    """Rotated to the left."""
    return (word << by | word >> 64 - by) & ALL
