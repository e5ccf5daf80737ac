use super::*;

#[path = "../../build/edits.rs"]
mod edits;

#[test]
fn modules_are_found_by_path_and_name() {
    let os = find("os.py").unwrap();
    assert_eq!((os.path(), os.module().as_str(), os.is_package()), ("os.py", "os", false));
    let json = find_module("json").unwrap();
    assert_eq!((json.path(), json.module().as_str(), json.is_package()), ("json/__init__.py", "json", true));
    assert_eq!(find_module("json.decoder").unwrap().path(), "json/decoder.py");
    for missing in ["", "o.py", "os", "zzz.py", "json/"] {
        assert_eq!(find(missing), None, "{missing}");
    }
}

#[test]
fn every_source_unpacks_to_its_length() {
    let mut count = 0;
    for entry in entries() {
        assert_eq!(source(entry).unwrap().len(), entry.source_len(), "{}", entry.path());
        assert_eq!(find(entry.path()), Some(entry));
        count += 1;
    }
    assert!(count > 500, "{count} files");
}

#[test]
fn folders_are_known() {
    assert!(is_folder("json") && is_folder("xml/etree"));
    assert!(!is_folder("jso") && !is_folder("os") && !is_folder("zzz"));
}

#[test]
fn marks_of_another_interpreter_are_gone() {
    for entry in entries() {
        let text = String::from_utf8_lossy(&source(entry).unwrap()).to_lowercase();
        let code_lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        assert!(!code_lines.collect::<Vec<_>>().join("\n").contains("rustpython"), "{}", entry.path());
    }
}

#[test]
fn opcode_metadata_is_ours() {
    let text = String::from_utf8(source(find("_opcode_metadata.py").unwrap()).unwrap()).unwrap();
    assert!(text.contains("\"LOAD_FAST_BORROW\": ") && text.contains("\nHAVE_ARGUMENT = 43\n"));
    assert!(text.contains("\"TO_BOOL\": [\"TO_BOOL_ALWAYS_TRUE\""));
}

#[test]
fn edits_replace_text_that_occurs_once() {
    let list = edits::parse("# note\n@ a.py\n-old\n+new\n+newer\n\n@ b.py\n-x\n").unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(edits::apply(&list[0], b"1\nold\n2\n").unwrap(), b"1\nnew\nnewer\n2\n");
    assert_eq!(edits::apply(&list[1], b"x\n").unwrap(), b"");
    assert!(edits::apply(&list[0], b"1\n").unwrap_err().contains("0 times"));
    assert!(edits::apply(&list[0], b"old\nold\n").is_err());
    assert!(edits::parse("-old\n").is_err() && edits::parse("@ a\nwhat\n").is_err());
}

#[test]
fn every_file_has_code_of_its_own() {
    for entry in entries() {
        let code = code(entry).unwrap_or_else(|| panic!("{} has no code", entry.path()));
        let code = taipan_bytecode::marshal::load_code(&code).unwrap();
        assert_eq!(code.filename.as_str(), Some(entry.path()));
        assert_eq!(code.name.as_str(), Some("<module>"));
    }
}

#[test]
fn build_variables_are_those_of_this_processor() {
    let path = format!("_sysconfigdata__linux_{}-linux-gnu.py", std::env::consts::ARCH);
    let text = String::from_utf8(source(find(&path).unwrap()).unwrap()).unwrap();
    assert!(text.contains("'TZPATH': '/usr/share/zoneinfo:"));
    assert!(!text.contains("{{"), "{text}");
}
