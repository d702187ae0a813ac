//! A transcript that is longer than the context is read in parts, each whole turns.

use std::ops::Range;

use crate::DraftError;

/// Divides turns of these lengths (in tokens) into as few parts as fit into `room`, of about the
/// same length each.
pub(crate) fn divide(lengths: &[usize], room: usize) -> Result<Vec<Range<usize>>, DraftError> {
    let longest = lengths.iter().copied().max().unwrap_or(0);
    if longest > room {
        let shown = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        return Err(DraftError::ContextTooSmall {
            needed: shown(longest),
            room: shown(room),
        });
    }
    let total: usize = lengths.iter().sum();
    let mut count = total.div_ceil(room.max(1)).max(1);
    loop {
        if let Some(parts) = even(lengths, total, count, room) {
            return Ok(parts);
        }
        count += 1;
    }
}

/// `count` parts of about the same length; `None` where one would not fit.
fn even(lengths: &[usize], total: usize, count: usize, room: usize) -> Option<Vec<Range<usize>>> {
    let mut parts = Vec::with_capacity(count);
    let (mut start, mut sum, mut done) = (0, 0, 0);
    for (at, &length) in lengths.iter().enumerate() {
        // A part ends where its share of the whole is reached, or where no more fits.
        let share = total * (parts.len() + 1) / count;
        if at > start && (done + sum + length / 2 >= share.max(1) || sum + length > room) {
            parts.push(start..at);
            done += sum;
            (start, sum) = (at, 0);
        }
        sum += length;
    }
    parts.push(start..lengths.len());
    let fits = |part: &Range<usize>| lengths[part.clone()].iter().sum::<usize>() <= room;
    (count >= lengths.len() || (parts.len() <= count && parts.iter().all(fits))).then_some(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_turn_is_in_exactly_one_part_and_every_part_fits() {
        let mut state = 1u64;
        for _ in 0..500 {
            let mut next = |below: u64| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) % below
            };
            let lengths: Vec<usize> = (0..next(60)).map(|_| next(40) as usize).collect();
            let room = 40 + next(100) as usize;
            let parts = divide(&lengths, room).unwrap();
            let mut at = 0;
            for part in &parts {
                assert_eq!(part.start, at);
                at = part.end;
                assert!(lengths[part.clone()].iter().sum::<usize>() <= room);
            }
            assert_eq!(at, lengths.len());
        }
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)] // One range is what is meant.
    fn what_fits_stays_whole_and_what_does_not_is_even() {
        assert_eq!(divide(&[10, 10, 10], 30).unwrap(), [0..3]);
        assert_eq!(divide(&[10; 6], 50).unwrap(), [0..3, 3..6]);
        assert_eq!(divide(&[], 50).unwrap(), [0..0]);
    }

    #[test]
    fn a_turn_that_does_not_fit_is_an_error_not_a_cut() {
        let error = divide(&[10, 60], 50).unwrap_err();
        assert!(matches!(
            error,
            DraftError::ContextTooSmall {
                needed: 60,
                room: 50
            }
        ));
    }
}
