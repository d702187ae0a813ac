use vault::{ChunkPosition, Numbered, Recorded, VaultError};
use visit::{
    Samples,
    VisitState::{Paused, Prepared, Recorded as Ended, Recording},
};

use crate::sample::{begin_recording, new_visit, scratch};

#[test]
fn sound_is_taken_in_order_by_the_second_and_while_recording() {
    let (_parent, vault) = scratch();
    let id = vault.begin_visit(new_visit("A")).unwrap();
    let refused = |number, pcm: &[i16]| vault.append_chunk(id, number, pcm).err().unwrap();

    assert!(matches!(
        refused(0, &[1]),
        VaultError::NotNow {
            what: Numbered::Chunk,
            state: Prepared
        }
    ));
    vault.set_state(id, Recording).unwrap();
    assert!(matches!(
        refused(0, &[]),
        VaultError::ChunkLength { samples: 0 }
    ));
    assert!(matches!(
        refused(0, &[0; 16_001]),
        VaultError::ChunkLength { samples: 16_001 }
    ));
    assert!(matches!(
        refused(1, &[1]),
        VaultError::OutOfOrder {
            expected: 0,
            found: 1,
            ..
        }
    ));
    vault.append_chunk(id, 0, &[1]).unwrap();
    assert!(matches!(
        refused(0, &[1]),
        VaultError::OutOfOrder {
            expected: 1,
            found: 0,
            ..
        }
    ));
    vault.set_state(id, Paused).unwrap();
    vault.append_chunk(id, 1, &[2]).unwrap();
    vault.set_state(id, Ended).unwrap();
    assert!(matches!(
        refused(2, &[1]),
        VaultError::NotNow {
            what: Numbered::Chunk,
            state: Ended
        }
    ));

    assert_eq!(
        vault.recorded(id).unwrap(),
        Recorded {
            chunks: 2,
            samples: Samples(2)
        }
    );
    assert!(matches!(
        vault.chunk(id, 2),
        Err(VaultError::NoSuchChunk {
            number: 2,
            recorded: 2
        })
    ));
}

#[test]
fn the_chunk_that_holds_a_sample_is_found() {
    let (_parent, vault) = scratch();
    let id = begin_recording(&vault, "A");
    for (number, length) in [(0, 16_000), (1, 300), (2, 16_000)] {
        vault.append_chunk(id, number, &vec![0; length]).unwrap();
    }
    let position = |number, start| {
        Some(ChunkPosition {
            number,
            start: Samples(start),
        })
    };
    for (at, expected) in [
        (0, position(0, 0)),
        (15_999, position(0, 0)),
        (16_000, position(1, 16_000)),
        (16_299, position(1, 16_000)),
        (16_300, position(2, 16_300)),
        (32_299, position(2, 16_300)),
        (32_300, None),
    ] {
        assert_eq!(vault.chunk_at(id, Samples(at)).unwrap(), expected, "{at}");
    }
}

#[test]
fn a_vault_can_be_shared_between_threads() {
    let (_parent, vault) = scratch();
    let ids: Vec<_> = (0..4).map(|_| begin_recording(&vault, "A")).collect();
    std::thread::scope(|threads| {
        for id in &ids {
            threads.spawn(|| {
                (0..20).for_each(|number| vault.append_chunk(*id, number, &[1; 160]).unwrap());
            });
        }
    });
    for id in ids {
        assert_eq!(vault.recorded(id).unwrap().chunks, 20);
    }
}
