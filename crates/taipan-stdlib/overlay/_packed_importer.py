"""Imports modules from the library files that are built into the program.

A path hook: entries of sys.path (and of package __path__) at or below sys._stdlib_dir are served from the program itself.
"""

import sys
import _packed
import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _bootstrap_external


# Debuggers pass over the frames of importlib, by the name of the module.
__name__ = 'importlib._packed_importer'


# What CPython has frozen: tracebacks name the code of these modules by `<frozen NAME>`.
_FROZEN = frozenset((
    '_collections_abc', '_sitebuiltins', 'abc', 'codecs', 'genericpath', 'importlib.machinery', 'importlib.util', 'io', 'ntpath',
    'os', 'posixpath', 'runpy', 'site', 'stat',
))


class PackedImporter(_bootstrap_external._LoaderBasics):
    """Finder and loader for one folder of the library."""

    def __init__(self, path):
        root = sys._stdlib_dir
        if path == root:
            self._folder = ''
        elif type(path) is str and path.startswith(root + '/') and _packed.is_folder(path[len(root) + 1:]):
            self._folder = path[len(root) + 1:] + '/'
        else:
            raise ImportError('not a folder of the packed library', path=path)
        self.path = path

    def __repr__(self):
        return f'<PackedImporter {self.path!r}>'

    def _find(self, fullname):
        stem = self._folder + fullname.rpartition('.')[2]
        if _packed.is_file(stem + '/__init__.py'):
            return stem + '/__init__.py', True
        if _packed.is_file(stem + '.py'):
            return stem + '.py', False
        return None, _packed.is_folder(stem)

    def _require(self, fullname):
        file, is_package = self._find(fullname)
        if file is None:
            raise ImportError(f"no packed module {fullname!r}", name=fullname)
        return file, is_package

    def find_spec(self, fullname, target=None):
        file, is_package = self._find(fullname)
        if file is None:
            if not is_package:
                return None
            spec = _bootstrap.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [f'{self.path}/{fullname.rpartition(".")[2]}']
            return spec
        location = f'{sys._stdlib_dir}/{file}'
        spec = _bootstrap.ModuleSpec(fullname, self, origin=location, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [location.rpartition('/')[0]]
        spec.has_location = True
        spec.cached = None
        return spec

    def invalidate_caches(self):
        """Nothing is cached: the files cannot change."""

    def is_package(self, fullname):
        return self._require(fullname)[1]

    def get_filename(self, fullname):
        return f'{sys._stdlib_dir}/{self._require(fullname)[0]}'

    def get_code(self, fullname):
        file, _ = self._require(fullname)
        frozen = fullname in _FROZEN
        return _packed.code(file, f'<frozen {fullname}>' if frozen else f'{sys._stdlib_dir}/{file}')

    def get_source(self, fullname):
        file, _ = self._require(fullname)
        return _bootstrap_external.decode_source(_packed.source(file))

    def get_data(self, path):
        root = sys._stdlib_dir + '/'
        data = _packed.source(path[len(root):]) if path.startswith(root) else None
        if data is None:
            raise OSError(2, 'No such file or directory', path)
        return data

    def iter_modules(self, prefix=''):
        seen = set()
        for name in _packed.list(self._folder.rstrip('/')):
            if name.endswith('.py'):
                module, is_package = name[:-3], False
            else:
                module, is_package = name, True
                if not _packed.is_file(f'{self._folder}{name}/__init__.py'):
                    continue
            if module != '__init__' and module not in seen:
                seen.add(module)
                yield prefix + module, is_package

    def get_resource_reader(self, fullname):
        if not self.is_package(fullname):
            return None
        return _PackedReader(self._folder + fullname.rpartition('.')[2])


def _reader_class():
    from importlib.resources.abc import TraversableResources, Traversable
    import io
    import posixpath

    class PackedPath(Traversable):
        """A file or folder of the packed library."""

        def __init__(self, path):
            self._path = path

        @property
        def name(self):
            return posixpath.basename(self._path)

        def iterdir(self):
            for name in _packed.list(self._path):
                yield PackedPath(f'{self._path}/{name}')

        def read_bytes(self):
            data = _packed.source(self._path)
            if data is None:
                raise FileNotFoundError(2, 'No such file or directory', self._path)
            return data

        def read_text(self, encoding=None):
            return self.read_bytes().decode(encoding or 'utf-8')

        def is_dir(self):
            return _packed.is_folder(self._path)

        def is_file(self):
            return _packed.is_file(self._path)

        def joinpath(self, *parts):
            return PackedPath(posixpath.normpath(posixpath.join(self._path, *map(str, parts))))

        __truediv__ = joinpath

        def open(self, mode='r', *args, **kwargs):
            stream = io.BytesIO(self.read_bytes())
            return stream if 'b' in mode else io.TextIOWrapper(stream, *args, **kwargs)

    class PackedReader(TraversableResources):
        def __init__(self, path):
            self._path = path

        def files(self):
            return PackedPath(self._path)

    return PackedReader


def _PackedReader(path):
    return _reader_class()(path)


def install():
    """Puts the path hook before those for folders and archives."""
    sys.path_hooks.insert(0, PackedImporter)
