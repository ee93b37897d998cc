"""Writes the fixtures of TorchFileTests with PyTorch (any recent version). Run in this folder."""
import collections

import torch

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)


def tensors():
    shared = torch.arange(12, dtype=torch.float16)
    return collections.OrderedDict(
        plain=base.clone(),
        transposed=base.clone().t(),
        every_second_column=base.clone()[:, ::2],
        permuted=torch.arange(24, dtype=torch.float32).reshape(2, 3, 4).permute(2, 0, 1),
        first_half=shared[:6],
        second_half=shared[6:],
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
        bfloat16=torch.tensor([1.0, -2.5, 3.140625], dtype=torch.bfloat16),
        float64=torch.tensor([0.1, 1e-300, -2.0], dtype=torch.float64),
        int64=torch.tensor([-1, 2**40], dtype=torch.int64),
        int32=torch.tensor([-7, 7], dtype=torch.int32),
        int16=torch.tensor([-300, 300], dtype=torch.int16),
        int8=torch.tensor([-128, 127], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        parameter=torch.nn.Parameter(torch.tensor([4.0, 5.0])),
    )


torch.save(tensors(), "views.pt")
torch.save(tensors(), "views-protocol4.pt", pickle_protocol=4)
torch.save(tensors(), "views-protocol5.pt", pickle_protocol=5)
torch.save(tensors(), "views-legacy.pt", _use_new_zipfile_serialization=False)
torch.manual_seed(1)
module = torch.nn.Sequential(collections.OrderedDict(
    first=torch.nn.Linear(2, 3, bias=False), norm=torch.nn.BatchNorm1d(3)))
with torch.no_grad():
    module.first.weight.copy_(torch.arange(6.0).reshape(3, 2))
torch.save(module, "module.pt")
optimizer = torch.optim.Adam(module.parameters())
module(torch.ones(4, 2)).sum().backward()
optimizer.step()
torch.save({"epoch": 7, "name": "run", "optimizer": optimizer.state_dict()}, "optimizer.pt")
