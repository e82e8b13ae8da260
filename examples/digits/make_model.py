#!/usr/bin/python3
"""Trains the digit classifier of this folder and writes digits.onnx and the sample images.

Needs Debian's python3-numpy, python3-sklearn (for its digits data set: 1,797 images of 8x8 pixels, from the UCI
repository) and python3-onnx. Plain numpy, fixed seed, some seconds. The trained bits depend on numpy's BLAS, the accuracy on
the 360 held-out images hardly: `make_model.py --check` measures that of the digits.onnx that is there. The network:

    image[1,1,8,8] -> Conv 3x3,16 -> BatchNormalization -> Relu -> MaxPool 2x2
                       -> Conv 3x3,32 -> BatchNormalization -> Relu -> AveragePool 2x2 -> Flatten -> Gemm -> Softmax
"""
import pathlib
import struct
import sys
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

FOLDER = pathlib.Path(__file__).parent
EPSILON = 1e-5


def columns(x):
    """Patches of a 3x3 convolution with padding 1: [n, h, w, c * 9]."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    patches = [padded[:, :, i : i + h, j : j + w] for i in range(3) for j in range(3)]
    return np.stack(patches, axis=2).transpose(0, 3, 4, 1, 2).reshape(n, h, w, c * 9)


def columns_gradient(g, shape):
    n, c, h, w = shape
    patches = g.reshape(n, h, w, c, 9).transpose(0, 3, 4, 1, 2)
    padded = np.zeros((n, c, h + 2, w + 2), g.dtype)
    for k in range(9):
        padded[:, :, k // 3 : k // 3 + h, k % 3 : k % 3 + w] += patches[:, :, k]
    return padded[:, :, 1:-1, 1:-1]


class ConvBlock:
    """Convolution, batch normalization, ReLU."""

    def __init__(self, rng, inputs, outputs):
        self.weight = (rng.standard_normal((outputs, inputs * 9)) * np.sqrt(2 / (inputs * 9))).astype(np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.scale = np.ones(outputs, np.float32)
        self.shift = np.zeros(outputs, np.float32)
        self.mean = np.zeros(outputs, np.float32)
        self.var = np.ones(outputs, np.float32)

    def forward(self, x, training):
        self.shape, self.cols = x.shape, columns(x)
        y = self.cols @ self.weight.T + self.bias
        if training:
            mean, var = y.mean((0, 1, 2)), y.var((0, 1, 2))
            self.mean += 0.1 * (mean - self.mean)
            self.var += 0.1 * (var - self.var)
        else:
            mean, var = self.mean, self.var
        self.inverse = 1 / np.sqrt(var + EPSILON)
        self.normal = (y - mean) * self.inverse
        self.out = np.maximum(self.normal * self.scale + self.shift, 0)
        return self.out.transpose(0, 3, 1, 2)

    def backward(self, g):
        g = g.transpose(0, 2, 3, 1) * (self.out > 0)
        self.gradients = {"scale": (g * self.normal).sum((0, 1, 2)), "shift": g.sum((0, 1, 2))}
        g = g * self.scale
        g = self.inverse * (g - g.mean((0, 1, 2)) - self.normal * (g * self.normal).mean((0, 1, 2)))
        self.gradients["weight"] = np.tensordot(g, self.cols, ((0, 1, 2), (0, 1, 2)))
        return columns_gradient(g @ self.weight, self.shape)


def max_pool(x):
    n, c, h, w = x.shape
    cells = x.reshape(n, c, h // 2, 2, w // 2, 2)
    y = cells.max((3, 5))
    mask = cells == y[:, :, :, None, :, None]
    return y, lambda g: (mask * g[:, :, :, None, :, None]).reshape(x.shape)


def average_pool(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).mean((3, 5)), lambda g: np.repeat(np.repeat(g, 2, 2), 2, 3) / 4


class Network:
    def __init__(self, rng):
        self.blocks = [ConvBlock(rng, 1, 16), ConvBlock(rng, 16, 32)]
        self.weight = (rng.standard_normal((128, 10)) * 0.05).astype(np.float32)
        self.bias = np.zeros(10, np.float32)

    def forward(self, x, training=False):
        x, self.unpool_max = max_pool(self.blocks[0].forward(x, training))
        x, self.unpool_average = average_pool(self.blocks[1].forward(x, training))
        self.flat = x.reshape(len(x), -1)
        logits = self.flat @ self.weight + self.bias
        e = np.exp(logits - logits.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def backward(self, g):
        self.gradients = {"weight": self.flat.T @ g, "bias": g.sum(0)}
        g = self.unpool_average((g @ self.weight.T).reshape(-1, 32, 2, 2))
        self.blocks[0].backward(self.unpool_max(self.blocks[1].backward(g)))

    def layers(self):
        return [*self.blocks, self]


def train(network, images, labels, rng, epochs=40, batch=64, rate=2e-3):
    moments, step = {}, 0
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        for begin in range(0, len(order) - batch + 1, batch):
            pick = order[begin : begin + batch]
            # Shifts by up to one pixel stand for more data.
            x = np.roll(images[pick], rng.integers(-1, 2, 2), (2, 3))
            g = network.forward(x, training=True)
            g[np.arange(batch), labels[pick]] -= 1
            network.backward(g / batch)
            step += 1
            for i, layer in enumerate(network.layers()):
                for name, gradient in layer.gradients.items():
                    m, v = moments.get((i, name), (0, 0))
                    m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
                    moments[i, name] = m, v
                    update = (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                    setattr(layer, name, (getattr(layer, name) - rate * (1 - epoch / epochs) * update).astype(np.float32))


def export(network):
    constants = []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def block(i, layer, source):
        weight = layer.weight.reshape(len(layer.bias), -1, 3, 3)
        p = f"conv{i}"
        return [
            helper.make_node("Conv", [source, constant(f"{p}.weight", weight), constant(f"{p}.bias", layer.bias)], [f"{p}_y"], p,
                             kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            helper.make_node("BatchNormalization", [f"{p}_y", constant(f"norm{i}.scale", layer.scale), constant(f"norm{i}.shift", layer.shift),
                             constant(f"norm{i}.mean", layer.mean), constant(f"norm{i}.var", layer.var)], [f"norm{i}_y"], f"norm{i}", epsilon=EPSILON),
            helper.make_node("Relu", [f"norm{i}_y"], [f"relu{i}_y"], f"relu{i}"),
        ]

    nodes = [
        *block(1, network.blocks[0], "image"),
        helper.make_node("MaxPool", ["relu1_y"], ["pool1_y"], "pool1", kernel_shape=[2, 2], strides=[2, 2]),
        *block(2, network.blocks[1], "pool1_y"),
        helper.make_node("AveragePool", ["relu2_y"], ["pool2_y"], "pool2", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pool2_y"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", constant("fc.weight", network.weight), constant("fc.bias", network.bias)], ["logits"], "fc"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], "softmax", axis=1),
    ]
    graph = helper.make_graph(nodes, "digits",
                              [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
                              [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])], constants)
    model = helper.make_model(graph, producer_name="mortise-examples", opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    model.doc_string = "Handwritten digits, 8x8 pixels: 0 is paper, 1 is ink."
    onnx.checker.check_model(model)
    onnx.save(model, str(FOLDER / "digits.onnx"))


def load(network):
    """The inverse of export()."""
    values = {i.name: numpy_helper.to_array(i) for i in onnx.load(str(FOLDER / "digits.onnx")).graph.initializer}
    for i, layer in enumerate(network.blocks, 1):
        layer.weight, layer.bias = values[f"conv{i}.weight"].reshape(layer.weight.shape), values[f"conv{i}.bias"]
        for name in ("scale", "shift", "mean", "var"):
            setattr(layer, name, values[f"norm{i}.{name}"])
    network.weight, network.bias = values["fc.weight"], values["fc.bias"]


def write_png(path, gray):
    """8-bit grayscale PNG."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = gray.shape
    rows = b"".join(b"\0" + row.tobytes() for row in gray)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    rng = np.random.default_rng(7)
    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)[:, None]
    order = rng.permutation(len(images))
    held_out, training = order[:360], order[360:]
    network = Network(rng)
    check = sys.argv[1:] == ["--check"]
    if check:
        load(network)
    else:
        train(network, images[training], digits.target[training], rng)
    right = network.forward(images[held_out]).argmax(1) == digits.target[held_out]
    print(f"held-out accuracy: {right.mean():.4f} ({right.sum()} of {len(right)})")
    assert right.mean() >= 0.97
    if check:
        return
    export(network)
    for count, index in enumerate(held_out[:12]):
        label = digits.target[index]
        write_png(FOLDER / f"sample{count:02d}-is-{label}.png", np.round(images[index, 0] * 255).astype(np.uint8))


if __name__ == "__main__":
    main()
