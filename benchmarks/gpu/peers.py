"""PyTorch's own speed on the same card, beside gpu-check: CLIF in eager operations, and SpikingJelly's fastest LIF.

Needs PyTorch with CUDA and no network; SpikingJelly only if it is installed. The CLIF neuron is written from the
equations of Huang et al., ICML 2024 (arXiv 2402.04663). The networks are those of gpu-check: ResNet-18 for 32x32
images, T = 6, batch 128, and an MLP 784-512-512, T = 4, batch 256.
"""

import math
import time

import torch
from torch import nn
from torch.nn import functional as F

TIME_STEPS, ROWS, CLASSES = 6, 128, 10
MLP_STEPS, MLP_ROWS, MLP_INPUTS, MLP_HIDDEN = 4, 256, 784, 512


class Spike(torch.autograd.Function):
    """1 where u >= 0; the gradient is that of the arc tangent with alpha = 2."""

    @staticmethod
    def forward(ctx, u):
        ctx.save_for_backward(u)
        return (u >= 0).to(u.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (u,) = ctx.saved_tensors
        return upstream / (1 + (math.pi * u) ** 2)


class Clif(nn.Module):
    """h = v / 2 + x; m = m sigmoid(h / 2) + s; v = h - s (1 + sigmoid(m))."""

    def forward(self, current):  # [T, N, ...]
        v = m = torch.zeros_like(current[0])
        spikes = []
        for x in current.unbind(0):
            h = 0.5 * v + x
            s = Spike.apply(h - 1)
            m = m * torch.sigmoid(0.5 * h) + s
            v = h - s * (1 + torch.sigmoid(m))
            spikes.append(s)
        return torch.stack(spikes)


class InMemoryOrder(nn.Module):
    """A neuron over images whose channels are innermost in memory, without a copy into another order."""

    def __init__(self, neuron):
        super().__init__()
        self.neuron = neuron

    def forward(self, current):  # [T, N, C, H, W]
        inner = current.permute(0, 1, 3, 4, 2)
        if not inner.is_contiguous() and not inner[0].is_contiguous():
            return self.neuron(current)
        return self.neuron(inner).permute(0, 1, 4, 2, 3)


def over_steps(layer, values):
    """A layer of images over [T, N, ...]."""
    return layer(values.flatten(0, 1)).unflatten(0, values.shape[:2])


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, neuron):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1, self.neuron1 = nn.BatchNorm2d(outputs), neuron()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2, self.neuron2 = nn.BatchNorm2d(outputs), neuron()
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.neuron1(over_steps(lambda rows: self.norm1(self.conv1(rows)), x))
        y = over_steps(lambda rows: self.norm2(self.conv2(rows)), y)
        return self.neuron2(y + over_steps(self.shortcut, x))


class ResNet18(nn.Module):
    def __init__(self, neuron):
        super().__init__()
        self.conv, self.norm, self.neuron = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), neuron()
        blocks, inputs = [], 64
        for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
            blocks += [Block(inputs, outputs, stride, neuron), Block(outputs, outputs, 1, neuron)]
            inputs = outputs
        self.blocks, self.readout = nn.Sequential(*blocks), nn.Linear(512, CLASSES)

    def forward(self, images):
        current = self.norm(self.conv(images)).unsqueeze(0).expand(TIME_STEPS, -1, -1, -1, -1)
        y = self.blocks(self.neuron(current))
        return self.readout(y.mean((-2, -1)))


class Mlp(nn.Module):
    def __init__(self, neuron):
        super().__init__()
        self.first, self.neuron1 = nn.Linear(MLP_INPUTS, MLP_HIDDEN), neuron()
        self.second, self.neuron2 = nn.Linear(MLP_HIDDEN, MLP_HIDDEN), neuron()
        self.readout = nn.Linear(MLP_HIDDEN, CLASSES)

    def forward(self, rows):
        current = self.first(rows).unsqueeze(0).expand(MLP_STEPS, -1, -1)
        return self.readout(self.neuron2(self.second(self.neuron1(current))))


def milliseconds(action, repetitions=10):
    for _ in range(3):
        action()
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(repetitions):
        action()
    torch.cuda.synchronize()
    return (time.perf_counter() - started) / repetitions * 1000


def resnet_time(neuron, is_half):
    torch.manual_seed(1)
    network = ResNet18((lambda: InMemoryOrder(neuron())) if is_half else neuron).cuda()
    images = torch.rand(ROWS, 3, 32, 32, device="cuda")
    if is_half:
        network, images = (value.to(memory_format=torch.channels_last) for value in (network, images))
    return step_time(network, images, is_half)


def mlp_time(neuron, is_half):
    torch.manual_seed(1)
    return step_time(Mlp(neuron).cuda(), torch.rand(MLP_ROWS, MLP_INPUTS, device="cuda"), is_half)


def step_time(network, rows, is_half):
    labels = torch.arange(len(rows), device="cuda") % CLASSES
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-5)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=is_half):
            logits = network(rows).float()
            loss = F.cross_entropy(logits.flatten(0, 1), labels.repeat(len(logits)))
        loss.backward()
        optimizer.step()

    return milliseconds(step)


def neuron_time(neuron, dtype):
    current = torch.rand(TIME_STEPS, 1 << 24, device="cuda", dtype=dtype).mul_(3).requires_grad_()
    layer = neuron().cuda()
    upstream = torch.rand_like(current)

    def run():
        current.grad = None
        layer(current).backward(upstream)

    return milliseconds(run)


def spikingjelly_lif():
    """SpikingJelly's LIF on its fastest backend; None where it is not installed or has none."""
    try:
        from spikingjelly.activation_based import functional, neuron, surrogate
    except ImportError:
        return None

    class Lif(nn.Module):
        def __init__(self, backend):
            super().__init__()
            self.lif = neuron.LIFNode(
                tau=2.0, decay_input=False, v_reset=None, surrogate_function=surrogate.ATan(), step_mode="m",
                backend=backend)

        def forward(self, current):
            functional.reset_net(self.lif)
            return self.lif(current.contiguous())

    for backend in ("triton", "cupy", "torch"):
        try:
            Lif(backend).cuda()(torch.rand(2, 1024, device="cuda", requires_grad=True)).sum().backward()
            return backend, lambda: Lif(backend)
        except Exception as fault:  # what a backend throws where it cannot run is its own affair
            print(f"SpikingJelly's backend {backend} cannot be used: {type(fault).__name__}: {fault}")
    return None


def main():
    if not torch.cuda.is_available():
        raise SystemExit("PyTorch sees no CUDA device; nothing can be measured.")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}")
    peers = [("CLIF in eager PyTorch", Clif)]
    jelly = spikingjelly_lif()
    if jelly:
        peers.append((f"LIF of SpikingJelly ({jelly[0]})", jelly[1]))
    else:
        print("SpikingJelly is not measured: it is not installed, or none of its backends runs.")
    print(f"{'forward and backward, ms':<45}{'float32 (TF32)':>16}{'bfloat16':>12}")
    for name, neuron in peers:
        print(f"{name + ', 16 M neurons, T 6':<45}{neuron_time(neuron, torch.float32):>16.2f}"
              f"{neuron_time(neuron, torch.bfloat16):>12.2f}")
    for network, step in [("ResNet-18", resnet_time), ("MLP", mlp_time)]:
        for name, neuron in peers:
            print(f"{name + f', {network} step':<45}{step(neuron, False):>16.2f}{step(neuron, True):>12.2f}")


if __name__ == "__main__":
    main()
