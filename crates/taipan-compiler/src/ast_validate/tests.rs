use taipan_syntax::ast::{
    Arguments, BoolOp, Constant, Expr, ExprContext, ExprKind, Location, Mod, Pattern, PatternKind, Stmt, StmtKind,
};
use taipan_syntax::{Mode, ParseOptions, parse};

use super::{ValidateError, validate};

fn name(id: &str, ctx: ExprContext) -> Expr {
    Expr::new(ExprKind::Name { id: id.into(), ctx }, Location::default())
}

fn load(id: &str) -> Expr {
    name(id, ExprContext::Load)
}

fn refused_stmt(kind: StmtKind) -> String {
    let body = vec![Stmt::new(kind, Location::default())];
    match validate(&Mod::Module { body, type_ignores: Vec::new() }, 0) {
        Err(ValidateError::Value(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn refused(kind: ExprKind) -> String {
    refused_stmt(StmtKind::Expr { value: Expr::new(kind, Location::default()).into() })
}

fn refused_pattern(kind: PatternKind) -> String {
    let pattern = Pattern { kind, location: Location::default() };
    let body = vec![Stmt::new(StmtKind::Pass, Location::default())];
    let cases = vec![taipan_syntax::ast::MatchCase { pattern, guard: None, body }];
    refused_stmt(StmtKind::Match { subject: load("x").into(), cases })
}

#[test]
fn parsed_trees_are_valid() {
    let source = include_bytes!("../../tests/code_objects/constructs.py");
    let parsed = parse(source, Mode::Exec, &ParseOptions::default(), None).unwrap();
    assert_eq!(validate(&parsed.module, 0), Ok(()));
}

#[test]
fn messages_are_cpythons() {
    let store = ExprContext::Store;
    assert_eq!(
        refused(ExprKind::Name { id: "x".into(), ctx: store }),
        "expression must have Load context but has Store instead"
    );
    assert_eq!(
        refused(ExprKind::Name { id: "None".into(), ctx: store }),
        "identifier field can't represent 'None' constant"
    );
    assert_eq!(
        refused(ExprKind::BoolOp { op: BoolOp::And, values: vec![load("x")] }),
        "BoolOp with less than 2 values"
    );
    assert_eq!(
        refused_stmt(StmtKind::Delete { targets: vec![Expr::constant(Constant::None, Location::default())] }),
        "expression which can't be assigned to in Del context"
    );
    assert_eq!(
        refused_stmt(StmtKind::If { test: load("x").into(), body: Vec::new(), orelse: Vec::new() }),
        "empty body on If"
    );
    let args = Arguments { defaults: vec![load("x")], ..Arguments::default() };
    assert_eq!(
        refused(ExprKind::Lambda { args: Box::new(args), body: load("x").into() }),
        "more positional defaults than args on arguments"
    );
    let backwards = Location { lineno: 2, end_lineno: 1, ..Location::default() };
    let stmt = Stmt::new(StmtKind::Pass, backwards);
    assert_eq!(
        validate(&Mod::Interactive { body: vec![stmt] }, 0),
        Err(ValidateError::Value("AST node line range (2, 1) is not valid".to_owned()))
    );
}

#[test]
fn messages_of_patterns_are_cpythons() {
    assert_eq!(refused_pattern(PatternKind::MatchStar { name: None }), "can't use MatchStar here");
    assert_eq!(refused_pattern(PatternKind::MatchOr { patterns: Vec::new() }), "MatchOr requires at least 2 patterns");
    assert_eq!(
        refused_pattern(PatternKind::MatchAs { pattern: None, name: Some("_".into()) }),
        "can't capture name '_' in patterns"
    );
    assert_eq!(
        refused_pattern(PatternKind::MatchValue { value: load("x").into() }),
        "patterns may only match literals and attribute lookups"
    );
    assert_eq!(
        refused_pattern(PatternKind::MatchSingleton { value: Constant::Ellipsis }),
        "MatchSingleton can only contain True, False and None"
    );
}
