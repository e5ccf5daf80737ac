use taipan_syntax::ast::{
    Arena, Arguments, BoolOp, Constant, Expr, ExprBox, ExprContext, ExprKind, Location, MatchCase, Mod, Names, Pattern,
    PatternKind, Stmt, StmtKind,
};
use taipan_syntax::{Mode, ParseOptions, parse};

use super::{ValidateError, validate};

fn name<'a>(arena: &'a Arena, id: &str, ctx: ExprContext) -> ExprKind<'a> {
    ExprKind::Name { id: Names::new(arena, 0).intern(id), ctx }
}

fn load<'a>(arena: &'a Arena, id: &str) -> ExprBox<'a> {
    arena.alloc(Expr::new(name(arena, id, ExprContext::Load), Location::default()))
}

fn refused_stmt<'a>(arena: &'a Arena, kind: StmtKind<'a>) -> String {
    let body = arena.alloc([Stmt::new(kind, Location::default())]);
    match validate(&Mod::Module { body, type_ignores: &mut [] }, 0) {
        Err(ValidateError::Value(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn refused<'a>(arena: &'a Arena, kind: ExprKind<'a>) -> String {
    refused_stmt(arena, StmtKind::Expr { value: arena.alloc(Expr::new(kind, Location::default())) })
}

fn refused_pattern<'a>(arena: &'a Arena, kind: PatternKind<'a>) -> String {
    let pattern = Pattern { kind, location: Location::default() };
    let body = arena.alloc([Stmt::new(StmtKind::Pass, Location::default())]);
    let cases = arena.alloc([MatchCase { pattern, guard: None, body }]);
    refused_stmt(arena, StmtKind::Match { subject: load(arena, "x"), cases })
}

#[test]
fn parsed_trees_are_valid() {
    let source = include_bytes!("../../tests/code_objects/constructs.py");
    let arena = Arena::new();
    let parsed = parse(&arena, source, Mode::Exec, &ParseOptions::default(), None).unwrap();
    assert_eq!(validate(parsed.tree.module, 0), Ok(()));
}

#[test]
fn messages_are_cpythons() {
    let arena = &Arena::new();
    let store = ExprContext::Store;
    assert_eq!(refused(arena, name(arena, "x", store)), "expression must have Load context but has Store instead");
    assert_eq!(refused(arena, name(arena, "None", store)), "identifier field can't represent 'None' constant");
    assert_eq!(
        refused(arena, ExprKind::BoolOp { op: BoolOp::And, values: arena.alloc([load(arena, "x")]) }),
        "BoolOp with less than 2 values"
    );
    let constant = arena.alloc(Expr::constant(Constant::None, Location::default()));
    assert_eq!(
        refused_stmt(arena, StmtKind::Delete { targets: arena.alloc([constant]) }),
        "expression which can't be assigned to in Del context"
    );
    assert_eq!(
        refused_stmt(arena, StmtKind::If { test: load(arena, "x"), body: &mut [], orelse: &mut [] }),
        "empty body on If"
    );
    let args = arena.alloc(Arguments { defaults: arena.alloc([load(arena, "x")]), ..Arguments::default() });
    assert_eq!(
        refused(arena, ExprKind::Lambda { args, body: load(arena, "x") }),
        "more positional defaults than args on arguments"
    );
    let backwards = Location { lineno: 2, end_lineno: 1, ..Location::default() };
    let stmt = Stmt::new(StmtKind::Pass, backwards);
    assert_eq!(
        validate(&Mod::Interactive { body: arena.alloc([stmt]) }, 0),
        Err(ValidateError::Value("AST node line range (2, 1) is not valid".to_owned()))
    );
}

#[test]
fn messages_of_patterns_are_cpythons() {
    let arena = &Arena::new();
    assert_eq!(refused_pattern(arena, PatternKind::MatchStar { name: None }), "can't use MatchStar here");
    assert_eq!(
        refused_pattern(arena, PatternKind::MatchOr { patterns: &mut [] }),
        "MatchOr requires at least 2 patterns"
    );
    assert_eq!(
        refused_pattern(arena, PatternKind::MatchAs { pattern: None, name: Some(Names::new(arena, 0).intern("_")) }),
        "can't capture name '_' in patterns"
    );
    assert_eq!(
        refused_pattern(arena, PatternKind::MatchValue { value: load(arena, "x") }),
        "patterns may only match literals and attribute lookups"
    );
    assert_eq!(
        refused_pattern(arena, PatternKind::MatchSingleton { value: Constant::Ellipsis }),
        "MatchSingleton can only contain True, False and None"
    );
}
