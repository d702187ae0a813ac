//! Keys and values of what was read: one shared prefix and, after it, a tail per branch.
//!
//! The prefix (instructions and transcript) is computed once; every section of a note grows its
//! own branch from it. Memory is reserved once and nothing is copied when a token is added.

/// Positions of a block: keys lie transposed within it, so that scores come out as vectors.
pub(super) const BLOCK: usize = 64;

/// Where a row stands: in the shared prefix or in a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The shared prefix.
    Prefix,
    /// The branch of this number.
    Branch(usize),
}

/// How much of the cache is filled; the same for every layer.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    prefix_room: usize,
    tail_room: usize,
    pub(super) prefix: usize,
    pub(super) tails: Vec<usize>,
}

/// A run of positions that lie together in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// First position in memory, a multiple of [`BLOCK`].
    pub(super) slot: usize,
    /// First position in the text.
    pub(super) position: usize,
    /// How many.
    pub(super) length: usize,
}

impl Extent {
    pub(super) fn new(prefix: usize, branches: usize, tail: usize) -> Self {
        Self {
            prefix_room: prefix.next_multiple_of(BLOCK),
            tail_room: tail.next_multiple_of(BLOCK),
            prefix: 0,
            tails: vec![0; branches],
        }
    }

    /// Positions in memory.
    pub(super) fn slots(&self) -> usize {
        self.prefix_room + self.tails.len() * self.tail_room
    }

    /// Tokens before the next one of this place.
    pub(super) fn length(&self, place: Place) -> usize {
        match place {
            Place::Prefix => self.prefix,
            Place::Branch(branch) => self.prefix + self.tails[branch],
        }
    }

    /// Whether `count` more tokens fit.
    pub(super) fn has_room(&self, place: Place, count: usize) -> bool {
        match place {
            // Branches have read the prefix as it was: it no longer grows then.
            Place::Prefix => {
                self.prefix + count <= self.prefix_room && self.tails.iter().all(|&t| t == 0)
            }
            Place::Branch(branch) => self.tails[branch] + count <= self.tail_room,
        }
    }

    /// Where the next `count` tokens of this place go.
    pub(super) fn next(&self, place: Place) -> usize {
        match place {
            Place::Prefix => self.prefix,
            Place::Branch(branch) => {
                self.prefix_room + branch * self.tail_room + self.tails[branch]
            }
        }
    }

    pub(super) fn grow(&mut self, place: Place, count: usize) {
        match place {
            Place::Prefix => self.prefix += count,
            Place::Branch(branch) => self.tails[branch] += count,
        }
    }

    /// What a row of this place can see, `more` not yet counted tokens of it included.
    pub(super) fn runs(&self, place: Place, more: usize) -> impl Iterator<Item = Run> {
        let (prefix, tail) = match place {
            Place::Prefix => (self.prefix + more, None),
            Place::Branch(branch) => (
                self.prefix,
                Some(Run {
                    slot: self.prefix_room + branch * self.tail_room,
                    position: self.prefix,
                    length: self.tails[branch] + more,
                }),
            ),
        };
        std::iter::once(Run {
            slot: 0,
            position: 0,
            length: prefix,
        })
        .chain(tail)
    }
}

/// Keys and values of one layer.
pub(super) struct Layer {
    heads: usize,
    width: usize,
    /// Per head and block: `width` rows of [`BLOCK`] positions.
    keys: Vec<f32>,
    /// Per head and position: `width` values.
    values: Vec<f32>,
    slots: usize,
}

impl Layer {
    pub(super) fn new(heads: usize, width: usize, slots: usize) -> Self {
        let size = heads * width * slots;
        Self {
            heads,
            width,
            keys: vec![0.0; size],
            values: vec![0.0; size],
            slots,
        }
    }

    /// Stores the keys and values of one position: `heads` × `width` each.
    pub(super) fn store(&mut self, slot: usize, keys: &[f32], values: &[f32]) {
        for head in 0..self.heads {
            let from = head * self.width;
            let block = (head * self.slots + slot / BLOCK * BLOCK) * self.width;
            let column = slot % BLOCK;
            let rows = self.keys[block..][..self.width * BLOCK].chunks_exact_mut(BLOCK);
            for (row, &key) in rows.zip(&keys[from..from + self.width]) {
                row[column] = key;
            }
            let to = (head * self.slots + slot) * self.width;
            self.values[to..to + self.width].copy_from_slice(&values[from..from + self.width]);
        }
    }

    /// A block of keys: `width` rows of [`BLOCK`] positions.
    pub(super) fn keys(&self, head: usize, slot: usize) -> &[f32] {
        &self.keys[(head * self.slots + slot) * self.width..][..self.width * BLOCK]
    }

    /// The values of a block: [`BLOCK`] rows of `width`.
    pub(super) fn values(&self, head: usize, slot: usize) -> &[f32] {
        &self.values[(head * self.slots + slot) * self.width..][..self.width * BLOCK]
    }
}
