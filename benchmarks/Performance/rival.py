"""The same network, signal processing and training step in plain PyTorch: what `benchmarks bench` compares with.

That command starts `rival.py MODELS` with the models' sizes as JSON, {"small": {...}, ...}, and then writes lines to its standard input:
`run PART` does a part once, and the answer is its wall time and its processor time in seconds; `quit` ends it.
`rival.py MODELS first MODEL WEIGHTS WAV` tokenizes a recording, as a fresh process, and writes the peak memory of that in bytes.
"""
import json
import math
import os
import sys
import time
import wave

try:
    import torch
except ImportError:
    sys.exit(f"{sys.executable} has no PyTorch.")
from torch import nn
from torch.nn import functional as F

RATE, FFT, HOP, BANDS = 16_000, 1024, 160, 128
SECONDS = 10


class Block(nn.Module):
    """Self-attention, a Conformer convolution module if the model has one, and a feed-forward network."""

    def __init__(self, o):
        super().__init__()
        w = o["width"]
        self.heads = o["heads"]
        self.norm1, self.qkv, self.out = nn.LayerNorm(w), nn.Linear(w, 3 * w), nn.Linear(w, w)
        self.convolution = Convolution(o) if o["taps"] else None
        self.norm2, self.up, self.down = nn.LayerNorm(w), nn.Linear(w, 4 * w), nn.Linear(4 * w, w)

    def forward(self, x, rotation):
        batch, positions, width = x.shape
        packed = self.qkv(self.norm1(x)).view(batch, positions, 3, self.heads, width // self.heads)
        q, k, v = packed.permute(2, 0, 3, 1, 4)
        attended = attention(rotate(q, rotation), rotate(k, rotation), v)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, positions, width))
        if self.convolution is not None:
            x = x + self.convolution(x)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Convolution(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, taps = o["width"], o["taps"]
        self.rows = BANDS // o["patch_bands"]
        self.norm, self.inner_norm, self.expand = nn.LayerNorm(w), nn.LayerNorm(w), nn.Linear(w, 2 * w)
        self.depthwise, self.batch_norm = nn.Conv1d(w, w, taps, padding=taps // 2, groups=w), nn.BatchNorm1d(w)
        self.project = nn.Linear(w, w)

    def forward(self, x):
        batch, positions, width = x.shape
        x = F.glu(self.expand(self.inner_norm(self.norm(x))), dim=-1)
        x = x.view(batch, positions // self.rows, self.rows, width).permute(0, 2, 3, 1).reshape(batch * self.rows, width, -1)
        x = F.silu(self.batch_norm(self.depthwise(x)))
        x = x.view(batch, self.rows, width, -1).permute(0, 3, 1, 2).reshape(batch, positions, width)
        return self.project(x)


class Stack(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, self.rows, self.head_width = o["width"], BANDS // o["patch_bands"], o["width"] // o["heads"]
        self.table = nn.Parameter(0.02 * torch.randn(self.rows, w))
        self.before, self.after = nn.LayerNorm(w), nn.LayerNorm(w)
        self.blocks = nn.ModuleList(Block(o) for _ in range(o["layers"]))

    def forward(self, x):
        steps = x.shape[1] // self.rows
        x = self.before(x + self.table.repeat(steps, 1))
        rotation = rotation_of(steps, self.rows, self.head_width)
        for block in self.blocks:
            x = block(x, rotation)
        return self.after(x)


class Model(nn.Module):
    """Mel (batch, frames, bands) in -1 ... 1 to latents to codes to mel."""

    def __init__(self, o):
        super().__init__()
        self.o, patch = o, o["patch_frames"] * o["patch_bands"]
        self.patch_embed, self.encoder = nn.Linear(patch, o["width"], bias=False), Stack(o)
        self.to_latent, self.from_code = nn.Linear(o["width"], o["bits"]), nn.Linear(o["bits"], o["width"])
        self.decoder = Stack(o)
        self.head = nn.Sequential(nn.Linear(o["width"], o["head_width"]), nn.Tanh(), nn.Linear(o["head_width"], patch))

    def encode(self, mel):
        frames, bands = self.o["patch_frames"], self.o["patch_bands"]
        grid = mel.reshape(len(mel), -1, frames, BANDS // bands, bands).permute(0, 1, 3, 2, 4)
        return F.normalize(self.to_latent(self.encoder(self.patch_embed(grid.reshape(len(mel), -1, frames * bands)))), dim=-1)

    def quantize(self, z):
        codes = torch.where(z > 0, 1.0, -1.0) / math.sqrt(self.o["bits"])
        return z + (codes - z).detach()

    def tokens(self, z):
        return ((z > 0).long() << torch.arange(self.o["bits"] - 1, -1, -1)).sum(-1)

    def decode(self, codes):
        frames, bands, rows = self.o["patch_frames"], self.o["patch_bands"], BANDS // self.o["patch_bands"]
        patches = self.head(self.decoder(self.from_code(codes)))
        grid = patches.reshape(len(codes), -1, rows, frames, bands).permute(0, 1, 3, 2, 4)
        return grid.reshape(len(codes), -1, BANDS)

    def entropy_loss(self, z):
        """Mean entropy of each position's soft code minus entropy of its mean, over all patterns of each group."""
        group, sharpness = self.o["group"], 10.0
        numbers = torch.arange(2**group).unsqueeze(1) >> torch.arange(group - 1, -1, -1)
        patterns = (2.0 * (numbers & 1) - 1) / math.sqrt(self.o["bits"])
        p = F.softmax(2 * sharpness * z.reshape(-1, self.o["bits"] // group, group) @ patterns.t(), dim=-1)
        mean = p.mean(0)
        position = -(p * torch.log(p + 1e-8)).sum(-1).sum(-1).mean()
        codebook = -(mean * torch.log(mean + 1e-8)).sum()
        return (position - codebook) / sharpness


class Training:
    """One step after another on one batch: AdamW, clipped gradients, a moving average of the weights."""

    def __init__(self, o):
        self.model, self.mel = Model(o), noise_mel(o["batch"], o["window_frames"])
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=1e-4)
        self.average = [p.detach().clone() for p in self.model.parameters()]

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        z = self.model.encode(self.mel)
        reconstructed = self.model.decode(self.model.quantize(z))
        loss = (reconstructed - self.mel).abs().mean() + 0.1 * self.model.entropy_loss(z)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            for average, p in zip(self.average, self.model.parameters()):
                average.lerp_(p, 0.001)
        return loss.item()


class Vocoder(nn.Module):
    """Mel power to sound: a convolution, ConvNeXt blocks, and a head for magnitude and phase."""

    def __init__(self, width=160, layers=4, kernel=7, expansion=3):
        super().__init__()
        self.embed, self.embed_norm = nn.Conv1d(BANDS, width, kernel, padding=kernel // 2), nn.LayerNorm(width)
        self.depthwise = nn.ModuleList(nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width) for _ in range(layers))
        self.mix = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width), nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width))
            for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 3 * (FFT // 2 + 1))

    def forward(self, power):
        guess = mel_inversion(power, 15).clamp_min(FFT / 4 * 1e-5).log()
        levels = (power / (FFT / 4) ** 2).clamp_min(1e-10).log() / 2 + 3
        x = self.embed_norm(self.embed(levels.t().unsqueeze(0)).transpose(1, 2))
        for depthwise, mix in zip(self.depthwise, self.mix):
            x = x + 0.25 * mix(depthwise(x.transpose(1, 2)).transpose(1, 2))
        correction, re, im = self.head(self.norm(x)).chunk(3, dim=-1)
        magnitude, length = (guess + correction.clamp(-12, 12)).exp(), (re * re + im * im + 1e-6).sqrt()
        spectrum = torch.complex(magnitude * re / length, magnitude * im / length)[0].t()
        return torch.istft(spectrum, FFT, HOP, window=WINDOW)


def attention(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1) @ v


def rotation_of(steps, rows, channels):
    speeds = 10_000.0 ** (-torch.arange(0, channels, 2) / channels)
    angles = (torch.arange(steps).unsqueeze(1) * speeds).repeat_interleave(rows, dim=0)
    return angles.cos(), angles.sin()


def rotate(x, rotation):
    (first, second), (cos, sin) = x.chunk(2, dim=-1), rotation
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def filter_bank():
    """HTK triangles (bands, bins)."""
    top = 2595 * math.log10(1 + RATE / 2 / 700)
    corners = 700 * (10 ** (torch.linspace(0, top, BANDS + 2, dtype=torch.float64) / 2595) - 1)
    hertz = torch.arange(FFT // 2 + 1, dtype=torch.float64) * RATE / FFT
    left, peak, right = corners[:-2].unsqueeze(1), corners[1:-1].unsqueeze(1), corners[2:].unsqueeze(1)
    return torch.minimum((hertz - left) / (peak - left), (right - hertz) / (right - peak)).clamp_min(0).float()


def mel_power(sound):
    spectrum = torch.stft(sound, FFT, HOP, window=WINDOW, return_complex=True)
    return (FILTERS @ (spectrum.real**2 + spectrum.imag**2)).t()


def mel_levels(sound):
    return (10 * torch.log10(mel_power(sound).clamp_min(1e-10) / (FFT / 4) ** 2)).clamp_min(-80)


def resampling_filter(up, down):
    """A polyphase Kaiser-windowed sinc (up, 1, taps) for a convolution with stride `down`."""
    cutoff = 0.95 * min(1, up / down)
    half = math.ceil(64 / cutoff)
    time = torch.arange(-half, half + down, dtype=torch.float64) - (torch.arange(up, dtype=torch.float64) * down / up).unsqueeze(1)
    inside = (time.abs() <= half).double()
    kaiser = torch.special.i0(10 * (1 - (time / half).clamp(-1, 1) ** 2).sqrt()) / torch.special.i0(torch.tensor(10.0))
    return (cutoff * torch.sinc(cutoff * time) * kaiser * inside).float().unsqueeze(1), half


def resample(sound, kernel, half, down):
    padded = F.pad(sound, (half, half + down)).view(1, 1, -1)
    return F.conv1d(padded, kernel, stride=down).transpose(1, 2).flatten()


def mel_inversion(power, iterations):
    """Magnitudes (frames, bins) whose mel power is the given one: multiplicative updates (Lee and Seung 2001)."""
    target = power @ FILTERS
    bins = target / FILTERS.sum(0).clamp_min(1e-10)
    for _ in range(iterations):
        bins = bins * target / (bins @ FILTERS.t() @ FILTERS).clamp_min(1e-25)
    return bins.sqrt()


def griffin_lim(power, rounds=32, momentum=0.99):
    magnitude = mel_inversion(power, 50).t()
    spectrum = torch.polar(magnitude, 2 * math.pi * torch.rand_like(magnitude))
    last = torch.zeros_like(spectrum)
    for _ in range(rounds):
        now = torch.stft(torch.istft(spectrum, FFT, HOP, window=WINDOW), FFT, HOP, window=WINDOW, return_complex=True)
        ahead = now - momentum / (1 + momentum) * last
        last, spectrum = now, magnitude * ahead / ahead.abs().clamp_min(1e-15)
    return torch.istft(spectrum, FFT, HOP, window=WINDOW)


def noise_mel(batch, frames):
    return 2 * torch.rand(batch, frames, BANDS) - 1


WINDOW, FILTERS = torch.hann_window(FFT), filter_bank()


class Parts:
    """What `run` can be asked for. Each part is prepared when it is first asked for, and its first run is not timed by the caller."""

    def __init__(self, models, folder):
        self.models, self.folder, self.ready = models, folder, {}
        self.sound = 0.1 * torch.randn(SECONDS * RATE)

    def run(self, name):
        if name not in self.ready:
            what, _, model = name.partition(" ")
            self.ready[name] = getattr(self, what.replace("-", "_"))(*([model] if model else []))
        return self.ready[name]()

    def product(self):
        x = torch.rand(1024, 1024)
        return lambda: x @ x

    def mel(self):
        return lambda: mel_levels(self.sound)

    def resample(self):
        (kernel, half), sound = resampling_filter(160, 441), 0.1 * torch.randn(SECONDS * 44_100)
        return lambda: resample(sound, kernel, half, 441)

    def griffin_lim(self):
        power = mel_power(self.sound)
        return lambda: griffin_lim(power)

    def vocoder(self):
        network, power = Vocoder().eval(), mel_power(self.sound)
        return lambda: network(power)

    def encode(self, name):
        model, mel = self.network(name)
        return lambda: model.tokens(model.encode(mel))

    def quantize(self, name):
        model, mel = self.network(name)
        z = model.encode(mel)
        return lambda: model.tokens(model.quantize(z))

    def decode(self, name):
        model, mel = self.network(name)
        codes = model.quantize(model.encode(mel))
        return lambda: model.decode(codes)

    def step(self, name):
        training = Training(self.models[name])

        def step():
            with torch.enable_grad():
                return training.step()

        return step

    def save(self, name):
        model, path = Model(self.models[name]), os.path.join(self.folder, name + ".pt")
        return lambda: torch.save(model.state_dict(), path)

    def load(self, name):
        path = os.path.join(self.folder, name + ".pt")
        torch.save(Model(self.models[name]).state_dict(), path)

        def load():
            model = Model(self.models[name])
            model.load_state_dict(torch.load(path))

        return load

    def network(self, name):
        name, _, batch = name.partition("*")
        return Model(self.models[name]).eval(), noise_mel(int(batch or 1), self.models[name]["window_frames"])


def first_tokens(options, weights, path):
    model = Model(options)
    model.load_state_dict(torch.load(weights))
    with wave.open(path) as file:
        samples = torch.frombuffer(bytearray(file.readframes(file.getnframes())), dtype=torch.int16).float() / 32768
    mel = mel_levels(samples) / 40 + 1
    frames = options["window_frames"]
    with torch.no_grad():
        return [model.eval().tokens(model.encode(whole_patches(part, options))) for part in mel.split(frames)]


def whole_patches(mel, options):
    return F.pad(mel, (0, 0, 0, -len(mel) % options["patch_frames"]), value=-1.0).unsqueeze(0)


def peak_memory():
    with open("/proc/self/status") as status:
        return 1024 * int(next(line for line in status if line.startswith("VmHWM:")).split()[1])


def answer(text):
    print(text, flush=True)


def main():
    models = json.loads(sys.argv[1])
    if sys.argv[2] == "first":
        first_tokens(models[sys.argv[3]], *sys.argv[4:])
        answer(peak_memory())
        return
    torch.manual_seed(1)
    weights = {name: sum(p.numel() for p in Model(o).parameters()) for name, o in models.items()}
    answer(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "weights": weights}))
    parts = Parts(models, sys.argv[2])
    for line in sys.stdin:
        word, _, part = line.strip().partition(" ")
        if word != "run":
            break
        with torch.no_grad():
            before, processor = time.perf_counter(), time.process_time()
            parts.run(part)
            answer(f"{time.perf_counter() - before!r} {time.process_time() - processor!r}")


main()
