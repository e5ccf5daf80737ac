"""Objects that get their __del__ in other ways than by a call of their class."""
import copy
import gc
import pickle


class T(tuple):
    def __del__(self):
        print('T del', len(self))


class L(list):
    def __del__(self):
        print('L del')


class O:
    def __del__(self):
        print('O del', getattr(self, 'n', None))


class I(int):
    def __del__(self):
        print('I del', int(self))


class Plain:
    pass


def dies(what):
    gc.collect()
    print(what, 'is dead')


def tuples():
    T((1,))
    dies('tuple')
    tuple.__new__(T, (1, 2))
    dies('tuple by __new__')


def others():
    list.__new__(L)
    dies('list')
    object.__new__(O)
    dies('object')
    int.__new__(I, 4)
    dies('int')


def classes():
    p = Plain()
    p.n = 1
    p.__class__ = O
    del p
    dies('one that became an O')
    o = O()
    o.__class__ = Plain
    del o
    dies('one that is no O any more')
    p = Plain()
    for i in range(10):
        p.__class__ = O
        p.n = i
        p.__class__ = Plain
    p.__class__ = O
    del p
    dies('one that changed often')


def copies():
    o = O()
    o.n = 'original'
    p = copy.copy(o)
    p.n = 'copy'
    del o
    gc.collect()
    q = pickle.loads(pickle.dumps(p))
    q.n = 'pickled'
    del p
    gc.collect()
    del q
    dies('pickled')


def late():
    class Base:
        pass

    class Late(Base):
        pass

    one, two = Late(), Base()
    Late().x = 'dead before'
    gc.collect()
    Base.__del__ = lambda self: print('late', type(self).__name__)
    del one
    dies('the first')
    del two
    dies('the second')
    Late()
    dies('one that was made later')
    keep = Late()
    del Base.__del__
    del keep
    dies('one whose class has lost it')


for test in tuples, others, classes, copies, late:
    test()
