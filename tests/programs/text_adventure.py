"""A small adventure game: reads commands from standard input until the story ends."""
import cmd
import shlex
import textwrap

ROOMS = {
    "hall": {"text": "A dusty hall with a broken mirror.", "exits": {"north": "library", "east": "kitchen"}, "items": ["lamp"]},
    "library": {"text": "Books up to the ceiling. One shelf looks newer than the others, and a cold draught comes from behind it.",
                "exits": {"south": "hall"}, "items": ["book", "letter"]},
    "kitchen": {"text": "It smells of old soup.", "exits": {"west": "hall", "down": "cellar"}, "items": ["key"], "dark": False},
    "cellar": {"text": "Barrels, and an iron door.", "exits": {"up": "kitchen"}, "items": ["cheese"], "dark": True},
    "vault": {"text": "Gold! You have found the treasure.", "exits": {}, "items": []},
}


class Game(cmd.Cmd):
    intro, prompt = "You wake up in an old house.", "> "
    use_rawinput = False

    def __init__(self):
        super().__init__()
        self.room, self.bag, self.lit, self.moves, self.score = "hall", [], False, 0, 0

    def preloop(self):
        self.look()

    def say(self, text):
        print(textwrap.fill(text, 60, initial_indent="  ", subsequent_indent="  "), file=self.stdout)

    @property
    def here(self):
        return ROOMS[self.room]

    def look(self):
        if self.here.get("dark") and not (self.lit and "lamp" in self.bag):
            self.say("It is pitch dark.")
            return
        self.say(self.here["text"])
        if self.here["items"]:
            self.say("You see: " + ", ".join(sorted(self.here["items"])) + ".")
        self.say("Exits: " + (", ".join(sorted(self.here["exits"])) or "none") + ".")

    def parseline(self, line):
        command, arg, line = super().parseline(line.lower())
        directions = {"n": "north", "s": "south", "e": "east", "w": "west", "u": "up", "d": "down"}
        word = directions.get(command, command)
        if word in directions.values():
            return "go", word, line
        return command, arg, line

    def do_look(self, arg):
        "Look around."
        self.look()

    def do_go(self, arg):
        "Go in a direction: go north, or just n."
        self.moves += 1
        if arg not in self.here["exits"]:
            self.say(f"You cannot go {arg or 'nowhere'}.")
            return
        self.room = self.here["exits"][arg]
        self.look()
        if self.room == "vault":
            self.score += 50
            return True

    def do_take(self, arg):
        "Take things: take lamp key"
        for item in shlex.split(arg):
            match item:
                case "all":
                    self.do_take(" ".join(self.here["items"]))
                case _ if item in self.here["items"]:
                    self.here["items"].remove(item)
                    self.bag.append(item)
                    self.score += 5
                    self.say(f"Taken: {item}.")
                case _ if item in self.bag:
                    self.say(f"You have the {item} already.")
                case _:
                    self.say(f"There is no {item} here.")

    def do_drop(self, arg):
        "Drop a thing."
        try:
            self.bag.remove(arg)
        except ValueError:
            self.say(f"You do not have {arg!r}.")
        else:
            self.here["items"].append(arg)
            self.say("Dropped.")

    def do_use(self, arg):
        "Use a thing you carry."
        match (arg, self.room, arg in self.bag):
            case (_, _, False):
                self.say("You do not have it.")
            case ("lamp", _, _):
                self.lit = not self.lit
                self.say(f"The lamp is {'on' if self.lit else 'off'}.")
            case ("key", "cellar", _):
                self.here["exits"]["in"] = "vault"
                self.say("The iron door swings open: you can go in.")
            case ("letter", _, _):
                self.say("It reads: the iron door was never locked by hand alone.")
            case _:
                self.say("Nothing happens.")

    def do_bag(self, arg):
        "What do I carry?"
        self.say(", ".join(f"{i}) {item}" for i, item in enumerate(self.bag, 1)) or "Nothing.")

    def do_quit(self, arg):
        "Give up."
        return True

    def default(self, line):
        self.say(f"I do not understand {line.split()[0]!r}.")

    def emptyline(self):
        self.say("Time passes.")

    def postloop(self):
        print(f"Score {self.score} in {self.moves} moves.")


game = Game()
game.cmdloop()
print("won" if game.room == "vault" else "lost", sorted(game.bag))
