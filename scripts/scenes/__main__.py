"""Makes scenes of emoji on named backgrounds, with exact masks and captions.

    python scripts/scenes OUT [--count N] [--seed S] [--size PIXELS] [--objects 2,3] [--ask N]

Writes below OUT:

    scenes.jsonl       a manifest that `dataset` reads: one line a scene with its files, the labels to ask for (those
                       of the objects among others), caption, objects and backgrounds with labels, all names, boxes
    images/000000.png  the scene
    objects/000000.png       indexed PNG: 0 background, k where the object with index k shows
    backgrounds/000000.png   indexed PNG: 0 objects, k where the background with index k shows

A scene depends on the seed and its number alone; boxes are [left, top, right, bottom], the last two outside.
A background without a name (a plain one) has the label null. Needs numpy, pillow and fonts-noto-color-emoji.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))


def main():
    parser = argparse.ArgumentParser(prog="scenes", description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path, metavar="OUT")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=112, help="side in pixels (default 112)")
    parser.add_argument("--objects", type=lambda text: [int(n) for n in text.split(",")],
                        help="how many objects a scene may have, such as 2,3 (default: 1 to 3, as in training)")
    parser.add_argument("--ask", type=int, default=20, help="labels to ask for in each scene (default 20)")
    options = parser.parse_args()
    if options.objects and not all(1 <= n <= 3 for n in options.objects):
        parser.error("--objects takes numbers from 1 to 3")
    if not 3 <= options.ask <= 500:
        parser.error("--ask must be 3 to 500")
    if options.count < 1 or options.seed < 0 or not 32 <= options.size <= 1024:
        parser.error("--count must be at least 1, --seed at least 0, --size 32 to 1024")

    from scenes.composer import Composer
    from scenes.disk import write_scenes
    write_scenes(options.out, options.count, options.seed, Composer(options.size), options.objects, options.ask)


if __name__ == "__main__":
    main()
