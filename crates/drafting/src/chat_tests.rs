#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::models_on_disk;

fn chat(template: &str) -> Chat {
    Chat::of(template)
}

#[test]
fn the_models_own_templates_frame_the_content() {
    for name in [models_on_disk::SMOLLM2, models_on_disk::QWEN2] {
        let mut reader = models_on_disk::open(name);
        let file = File::open(&mut reader).unwrap();
        let vocabulary = Vocabulary::from_file(&file).unwrap();
        let frame = Chat::from_file(&file, &vocabulary).frame("Be brief.", &[]);
        let expected = Frame {
            before: "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n".to_owned(),
            after: "<|im_end|>\n<|im_start|>assistant\n".to_owned(),
        };
        assert_eq!(frame, expected, "{name}");
    }
}

#[test]
fn a_template_without_a_system_role_gets_the_rules_with_the_content() {
    let template = "{{ bos_token }}{% for m in messages %}\
        {% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
        <turn>{{ m['role'].upper() }}\n{{ m['content'].strip() }}</turn>{% endfor %}\
        {% if add_generation_prompt %}<turn>model\n{% endif %}";
    let frame = chat(template).frame("Be brief.", &[]);
    assert_eq!(frame.before, "<s><turn>USER\nBe brief.\n\n");
    assert_eq!(frame.after, "</turn><turn>model\n");
}

/// Examples stand between the rules and the content, in every form of frame.
#[test]
fn examples_are_messages_of_their_own() {
    let examples = [Example {
        said: "Any fever?\nNo.".to_owned(),
        lines: "Denies fever.".to_owned(),
    }];
    let mut reader = models_on_disk::open(models_on_disk::QWEN2);
    let file = File::open(&mut reader).unwrap();
    let vocabulary = Vocabulary::from_file(&file).unwrap();
    let marked = "<|im_start|>system\nBe brief.<|im_end|>\n\
        <|im_start|>user\nAny fever?\nNo.<|im_end|>\n\
        <|im_start|>assistant\nDenies fever.<|im_end|>\n<|im_start|>user\n";
    let own = Chat::from_file(&file, &vocabulary).frame("Be brief.", &examples);
    assert_eq!(own.before, marked);
    assert_eq!(
        chat("{% if %}").frame("Be brief.", &examples).before,
        marked
    );
    let without_system = "{% for m in messages %}\
        {% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
        <{{ m.role }}>{{ m.content }}{% endfor %}<model>";
    assert_eq!(
        chat(without_system).frame("Be brief.", &examples).before,
        "<user>Be brief.\n\nAny fever?\nNo.<assistant>Denies fever.<user>"
    );
    // A template that drops what was answered is not used.
    let lossy = "{% for m in messages %}{% if m.role != 'assistant' %}{{ m.content }}{% endif %}{% endfor %}";
    assert_eq!(chat(lossy).frame("Be brief.", &examples).before, marked);
}

#[test]
fn dates_do_not_depend_on_the_day() {
    let template =
        "{{ strftime_now('%d %b %Y') }} {{ messages[0].content }} {{ messages[1].content }}!";
    assert_eq!(
        chat(template).frame("Rules.", &[]).before,
        "26 Jul 2024 Rules. "
    );
}

/// Templates that fail, run away or lose what they are given are replaced by ChatML.
#[test]
fn hostile_templates_are_replaced() {
    for template in [
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 'x' * 1000000000 }}",
        "{% for a in range(9000) %}{{ messages[0].content * 100 }}{% endfor %}",
        "{{ messages[1].content }} without the rules",
        "{{ messages[0].content }}{{ messages[1].content }}{{ messages[1].content }}",
        "{% if %}",
        "{{ raise_exception('never') }}",
        "{% include '/etc/passwd' %}",
    ] {
        let frame = chat(template).frame("Be brief.", &[]);
        assert_eq!(
            frame.before, "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n",
            "{template}"
        );
    }
}

#[test]
fn without_marks_plain_headings_serve() {
    let chat = Chat {
        template: None,
        names: Vec::new(),
        marked: false,
    };
    assert_eq!(chat.frame("Be brief.", &[]).after, "\n\n### Response:\n");
}
