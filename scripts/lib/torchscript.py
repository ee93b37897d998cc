"""Writes a state dict as OpenAI's files are: a TorchScript archive of module objects."""
import torch


class Tree(torch.nn.Module):
    """Nothing but names: an archive's objects are a tree of modules."""

    def forward(self, x):
        return x


def save(state, path):
    """Saves tensors by their dotted names."""
    root = Tree()
    for name, tensor in state.items():
        node, *parts = root, *name.split(".")
        for part in parts[:-1]:
            if part not in node._modules:
                node.add_module(part, Tree())
            node = node._modules[part]
        node.register_buffer(parts[-1], tensor)
    torch.jit.script(root.eval()).save(str(path))
