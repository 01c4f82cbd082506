use alloy_primitives::{B256, U256};

use crate::layout::{ModelWord, model_slot};

#[test]
fn model_word_round_trips_and_packs_the_first_field_lowest() {
    let word = ModelWord {
        activation_block: 1,
        warm_gas: 2,
        cold_gas: 3,
        engine: 4,
        length: 5,
    };
    assert_eq!(ModelWord::decode(word.encode()), word);
    let expected = U256::from(1)
        | (U256::from(2) << 64)
        | (U256::from(3) << 128)
        | (U256::from(4) << 192)
        | (U256::from(5) << 224);
    assert_eq!(word.encode(), expected);
}

#[test]
fn a_model_is_active_from_the_block_after_its_activation() {
    let word = ModelWord {
        activation_block: 7,
        length: 1,
        ..Default::default()
    };
    assert!(!word.is_active_at(7));
    assert!(word.is_active_at(8));
    assert!(
        !ModelWord {
            length: 1,
            ..Default::default()
        }
        .is_active_at(8)
    );
}

#[test]
fn model_slot_is_a_mapping_entry() {
    // keccak256(bytes32(0) ‖ bytes32(0))
    let expected = "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5";
    assert_eq!(B256::from(model_slot(B256::ZERO)).to_string(), expected);
}
