//! Prints the symbol table of the source on standard input, for `tests/oracle/symtable_compare.py`.
//!
//! One line for each block: depth, name, type, line, nested, parameters, and names with their flags, sorted.

use std::io::{self, Read};

use taipan_compiler::symtable::{Scope, ScopeId, SymbolTable};
use taipan_compiler::{CompileOptions, symbol_table};
use taipan_syntax::ast::Arena;
use taipan_syntax::{Mode, ParseOptions, parse};

fn main() -> io::Result<()> {
    let mut source = Vec::new();
    io::stdin().read_to_end(&mut source)?;
    let arena = Arena::new();
    let parsed = match parse(&arena, &source, Mode::Exec, &ParseOptions::default(), None) {
        Ok(parsed) => parsed,
        Err(error) => {
            println!("error {}", error.msg);
            return Ok(());
        }
    };
    match symbol_table(parsed.tree, CompileOptions::default()) {
        Ok(table) => print(&table, ScopeId::TOP, 0),
        Err(error) => println!("error {error}"),
    }
    Ok(())
}

fn print(table: &SymbolTable<'_>, id: ScopeId, depth: usize) {
    let scope: &Scope<'_> = table.scope(id);
    let varnames: Vec<&str> = scope.varnames.iter().map(|&name| table.name(name)).collect();
    let mut symbols: Vec<String> =
        scope.symbols.iter().map(|(name, flags)| format!("{}={flags}", table.name(name))).collect();
    symbols.sort();
    println!(
        "{depth} {} {} {} {} [{}] {}",
        scope.name,
        scope.block as u32,
        scope.location.lineno,
        u32::from(scope.nested),
        varnames.join(","),
        symbols.join(" ")
    );
    for &child in &scope.children {
        print(table, child, depth + 1);
    }
}
