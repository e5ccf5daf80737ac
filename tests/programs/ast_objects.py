"""Trees as objects: what compile() says of wrong ones, construction, repr, replacement, flags."""
import ast as A
import warnings

P = dict(lineno=1, col_offset=0)


def t(f):
    try:
        print(str(f()).split(" at 0x")[0])
    except BaseException as e:
        print(type(e).__name__, e)


def c(tree, mode="exec"):
    return lambda: compile(tree, "<x>", mode)


warnings.simplefilter("ignore")
t(c(A.Module()))
t(c(A.Module([A.Expr(A.Name('a'))],[])))
t(c(A.Module([A.Expr(A.Name('a'), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=1,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=1,col_offset=0,ctx=A.Store()), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name(b'a', lineno=1,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name(None, lineno=1,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(None, lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(3, lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno='x',col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=10**30,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=None,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=1,col_offset=0, end_lineno=None), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=1,col_offset=-5), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=-1,col_offset=-5), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=-1,col_offset=-5,end_col_offset=3), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=-1,col_offset=-5,end_lineno=3), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=2**31-1,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=2**31,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Expr(A.Name('a', lineno=True,col_offset=0), lineno=1,col_offset=0)],[])))
t(c(A.Module([None],[])))
t(c(A.Module([3],[])))
t(c(A.Module((),[])))
t(c(A.Module([],None)))
t(c(A.Module([],[None])))
t(c(A.Module([A.Pass(lineno=1,col_offset=0)],[3])))
t(c(A.Module([A.Pass(lineno=1)],[3])))
t(c(A.Expression(A.Constant([], lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Constant(((),[1]), lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Constant(1, lineno=1,col_offset=0)),'exec'))
t(c(A.Expression(A.Constant(lineno=1,col_offset=0)),'eval'))
class I(int): pass
t(c(A.Expression(A.Constant(I(3),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Compare(A.Constant(1,lineno=1,col_offset=0),[None],[],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Compare(A.Constant(1,lineno=1,col_offset=0),[A.Eq],[],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Dict([None],[None],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.List([None],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Lambda(None,A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Lambda(3,A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.UnaryOp(3,A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.UnaryOp(None,A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.FormattedValue(A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Module([A.ImportFrom('x',[A.alias('*',lineno=1,col_offset=0)],-1,lineno=1,col_offset=0)],[])))
t(c(A.Module([A.ImportFrom('x',[A.alias(lineno=1,col_offset=0)],-1,lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Try([A.Pass(lineno=1,col_offset=0)],[3],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Match(A.Constant(1,lineno=1,col_offset=0),[None],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Match(A.Constant(1,lineno=1,col_offset=0),[A.match_case(None,None,[])],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Match(A.Constant(1,lineno=1,col_offset=0),[A.match_case(A.MatchSingleton(3,lineno=1,col_offset=0,end_lineno=1,end_col_offset=0),None,[A.Pass(lineno=1,col_offset=0)])],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Match(A.Constant(1,lineno=1,col_offset=0),[A.match_case(A.MatchSingleton(3,lineno=1,col_offset=0),None,[A.Pass(lineno=1,col_offset=0)])],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Global([3],lineno=1,col_offset=0)],[])))
t(c(A.Module([A.Assign([A.Name('x',A.Store(),lineno=1,col_offset=0)],A.Name('y',lineno=1,col_offset=0),3,lineno=1,col_offset=0)],[])))
t(c(A.Module([A.With([None],[A.Pass(lineno=1,col_offset=0)],lineno=1,col_offset=0)],[])))
t(c(A.Expression(A.Call(A.Name('x',lineno=1,col_offset=0),[],[None],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.ListComp(A.Name('x',lineno=1,col_offset=0),[None],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.ListComp(A.Name('x',lineno=1,col_offset=0),[],lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Lambda(A.arguments([None]),A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
t(c(A.Expression(A.Lambda(A.arguments(args=[A.arg('é\u2167',lineno=1,col_offset=0)]),A.Constant(1,lineno=1,col_offset=0),lineno=1,col_offset=0)),'eval'))
class S(str): pass
t(c(A.Expression(A.Name(S('x'),lineno=1,col_offset=0)),'eval'))
class M(A.Name):
  @property
  def ctx(self): 1/0
  def __init__(self,*a, **k): self.id='x';self.lineno=1;self.col_offset=0
t(c(A.Expression(M()),'eval'))
l=[]
class M2(A.Name):
  @property
  def lineno(self): l.append(A.Constant(1,lineno=1,col_offset=0)); return 1
  def __init__(self,*a, **k): self.id='x';self.col_offset=0
l.append(M2())
t(c(A.Expression(A.List(l,lineno=1,col_offset=0)),'eval'))
t(lambda:compile(A.Name('x'),'x','eval'))
t(lambda:compile(A.Name('x'),'x','eval', A.PyCF_ONLY_AST))
t(lambda:compile(A.Name('x'),'x','eval', A.PyCF_OPTIMIZED_AST))
t(lambda:compile(A.Interactive([A.Pass(lineno=1,col_offset=0)]),'x','single'))
t(lambda:compile(A.FunctionType([],A.Constant(1,lineno=1,col_offset=0)),'x','func_type'))
t(lambda:compile(A.FunctionType([],A.Constant(1,lineno=1,col_offset=0)),'x','func_type',A.PyCF_ONLY_AST))
t(lambda:compile(A.FunctionType([],A.Constant(1,lineno=1,col_offset=0)),'x','func_type',A.PyCF_OPTIMIZED_AST))
t(lambda:A.dump(compile('def f(): return 1+2,3 if __debug__ else x\nassert 1','x','exec',A.PyCF_OPTIMIZED_AST)))
t(lambda:A.dump(compile('"doc"\ndef f(): "d"; return 1+2,3 if __debug__ else x\nassert 1','x','exec',A.PyCF_OPTIMIZED_AST,optimize=2)))

x=A.Expression(A.Constant(1,**P))
t(lambda:compile(x,'x','eval',A.PyCF_ONLY_AST) is x)
t(lambda:compile(x,'x','eval',A.PyCF_OPTIMIZED_AST) is x)
x=A.Expression(A.Name('x',A.Store(),**P))
t(lambda:compile(x,'x','eval',A.PyCF_ONLY_AST) is x)
t(lambda:compile(3,'x','eval',A.PyCF_OPTIMIZED_AST) is x)
t(lambda:A.Name('x',3,4))
t(lambda:A.Pass(4))
t(lambda:A.Return(4,5))
t(lambda:A.Name('x',id=4))
t(lambda:A.Name(3))
warnings.simplefilter('error')
t(lambda:A.Name('x',foo=4))
t(lambda:A.Name())
class N(A.AST): _fields=('a','b')
t(lambda:N())
t(lambda:N(1,2))
t(lambda:N(1,2,c=3))
class N(A.expr):
    _fields=('a','b'); _field_types={'a':int, 'b':int|None}
t(lambda:N())
t(lambda:N(1,lineno=1).b)
class N(A.AST): _fields=3
t(lambda:N())
class N(A.AST):
  _fields=('x',1)
t(lambda:N(1,2))
warnings.simplefilter('ignore')
t(lambda:repr(A.Name()))
t(lambda:repr(A.parse('a+b+c+d+e')))
t(lambda:repr(A.parse('a\nb\nc')))
t(lambda:repr(A.parse('def f(a,b,c): return [1]')))
n=A.Name((1,2,3),(1,))
t(lambda:repr(n))
n.ctx=[n]
t(lambda:repr(n))
n=A.Name('x')
t(lambda:n.__reduce__())
t(lambda:A.BinOp().__reduce__())
t(lambda:A.parse('a').body[0].__reduce__())
t(lambda:n.__replace__(id='y', ctx=A.Store()))
t(lambda:n.__replace__(1))
t(lambda:n.__replace__(foo=1))
n.foo=3
t(lambda:n.__replace__(lineno=1).__dict__)
n=A.BinOp()
t(lambda:n.__replace__())
t(lambda:n.__replace__(left=1,right=3))
t(lambda:A.AST(1))
t(lambda:A.expr(x=1).__dict__)
t(lambda:A.AST())
t(lambda: A.parse('x = [] # type: int\n', type_comments=True).body[0].type_comment)
t(lambda: A.dump(A.parse('x = 1 # type: ignore[a]\n', type_comments=True)))
t(lambda: A.dump(A.parse('(int, *str, **Any) -> float', mode='func_type')))
t(lambda: A.dump(A.parse('match x:\n case 1: pass', feature_version=(3,8))))
t(lambda: A.dump(A.parse('x: int = 5', feature_version=(3,5))))
t(lambda: A.parse('Tru\u1d49'))
t(lambda: A.dump(compile("1+2\n__debug__\n'%s'%(x,)",'','exec',A.PyCF_OPTIMIZED_AST,optimize=1)))

for node in A.AST.__subclasses__():
    if node.__module__ != "ast" or node is A.slice:
        continue
    print(node.__name__, node.__doc__, node._attributes)
    for kind in node.__subclasses__() or [node]:
        if kind.__module__ == "ast":
            print("   ", kind.__name__, kind._fields, kind.__dict__.get("_field_types"), kind.__match_args__)
for source in [
    "async def f[T: int = str](a, /, b: int = 1, *c, d=2, **e) -> str:\n  async for x in y: await z\n  async with a as b, c: pass\n",
    "class C[**P, *Ts](A, metaclass=M):\n  x: int = 3\n  (y): str\n  @dec\n  def f(self): return\n",
    "try:\n  pass\nexcept (A, B) as e:\n  raise X from e\nelse: pass\nfinally: pass\ntry: pass\nexcept* E: pass\n",
    "match x:\n  case [1, *_, 'a' | None, {'k': v, **rest}, C(a, b=c) as d] if g: pass\n  case -1+2j: pass\n",
    "from .. import a as b\nimport c.d\nglobal x\ndel x, y[0]\nassert a, b\nx @= lambda: (yield)\ntype A = int\n",
    "f'{a!r:>{w}}' if c else {**d, 'e': [*f]}\nt'{b=}'\nx[1:2, ::3] = (y := not -a ** 2 < b is not c in d)\n",
    "[a for b in c if d async for e in f]\n{a: b for c in d}\n{a for b in c}\n(a for b in c)\nu'x' if ... else (1e3j, b'y')\n",
]:
    tree = A.parse(source)
    for line in A.dump(tree, include_attributes=True).split("), "):
        print(line)
    assert A.compare(tree, compile(tree, "x", "exec", A.PyCF_ONLY_AST), compare_attributes=True)
    print(A.unparse(tree))
