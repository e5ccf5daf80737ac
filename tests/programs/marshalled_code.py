"""The bytes of marshalled code: which constants are one object, interned, or kept by something else."""
import marshal

SOURCES = [
    'x[265:297];x[297:329]', 'x[5:300];x[5:300]', "x['a':'b']", "x['a':'b'];y='a'", "y='a';x['a':'b']",
    "x['a b':'b c'];y='a b'", 'x[1.5:2.5];y=1.5;z=1.5', 'x[1000:2000:3000];y=1000;z=2000', 'y=1000;x[1000:2000:3000]',
    'x[1.5:1.5]', "x[b'a':b'bb':b'bb']", 'x[1j:1j]', 'x[10**20:100000000000000000000]',
    'x[100000000000000000000:100000000000000000000];y=100000000000000000000', "x['é':'%':'ab']", 'x[(1,2):(1,2)]',
    'x[...:None:True]', 'x[()]', "x in {'.ps','.eps'}", "x in {1.5,2000,'a b',(1,2),(3000,'b c'),None,True}",
    "x in {1.5,2000,'a b'};y=1.5;z='a b'", "x in {(1.5,'b c')}; y=(1.5,'b c')", "for i in {1000,'b c'}: pass",
    'x in {1000}; y in {1000}', "x in {b'a',b'bb',3j, 10**30}", 'x in {100000000000000000000}', "x in {-1, -1000, 'a'+'b c'}",
    'class A:\n class B: pass', "class A:\n class B: pass\n x='A.B'", "x='A.B'\nclass A:\n class B: pass",
    "class A:\n class B:\n  def f(self): return 'A.B.f','A.B'", "class A:\n def f(self): return 'A.f'",
    "def f():\n class A: pass\n return 'f.<locals>.A'", "def f():\n 'f.<locals>.g'\n def g(): pass",
    "import os.path\nx='os.path'", "x='<module>'", "f=lambda:'<lambda>'", "f=lambda x:'<x>'",
    "[x for x in y]; '<listcomp>', '.0'", "(x for x in y); '<genexpr>','.0'", "def f[T](): pass\nx='<generic parameters of f>'",
    "class A[T]:\n x='.type_params','.generic_base'", "def f[T=int](a=1): pass\nx='.defaults'",
    "def f():\n class A:\n  class B: x='f.<locals>.A.B'", "class A:\n  class B: x='A.B'",
    "class A:\n  class B:\n    def g(self): return __class__, 'A.B'", "class A:\n 'A.B'\n class B: 'A.B'",
    "class A:\n  async def g(self): 'A.g'", "@d('A.B')\nclass A:\n  class B: pass", "class A(x='A.B'):\n  class B: pass",
    "class A:\n  @d('A.B')\n  class B: pass", "class A:\n  class B(x='A.B'): pass\n  class C(x='A.B'): pass",
    "x in {'a','b'}; y in {'a','b'}", "def f(): x in {'a','b'}\ndef g(): x in {'a','b'}",
    "def f(): x in {'a','b'}\ndef g(): x in {'b','a'}", 'for i in {1,2}: pass\nfor i in {1,2}: pass',
    'x in {1000,2000}; y in {2000,1000}', 'x in {1000,2000}; y in {1000,2000}', 'x in {1000,2000}; y=(1000,2000)',
    "x in {'a',1.5}; y in {1.5,'a'}", 'x in {1,2};y in {True,2}', 'x in {1,2};y in {1.0,2}', 'x in {0.0,2};y in {-0.0,2}',
    'x in {(1,2),3}; y in {3,(1,2)};z=(1,2)', "f=lambda a:f'{a} {a!r:>{a}}'", 'async def f(): await x',
    "x=1,2.5,3j,b'',b'b','',(),'é','a b',-1,1<<70", 'def f(x:int=300)->300: pass', 'try: pass\nexcept A as e: pass',
    "match x:\n case {'k c': 1000}: pass\n case [1000,'k c']: pass",
]
for source in SOURCES:
    # Names that other code holds would be other objects than the compiler's.
    code = None
    code = compile(source, "<x>", "exec")
    print(ascii(source), marshal.dumps(code).hex())
