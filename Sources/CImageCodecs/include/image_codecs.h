// PNG and JPEG bytes to and from pixels, and the inner loops of resizing.
//
// libpng and libjpeg report trouble through longjmp; every setjmp stays inside this target. Callers see a
// return code and a sentence. Pixels are 8-bit RGB, row-major, without padding between rows.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Longest sentence a failing call writes, its final NUL included.
#define CLIP_CODEC_MESSAGE 256

// What a call returns: all went well, the bytes end too early, a kind of file that is not read, broken bytes
// (or no memory).
enum { CLIP_CODEC_OK = 0, CLIP_CODEC_TRUNCATED = 1, CLIP_CODEC_UNSUPPORTED = 2, CLIP_CODEC_MALFORMED = 3 };

// What an image file's header says.
typedef struct {
  uint32_t width, height;
  int channels;     // stored samples per pixel: 1 grey or palette, 2 grey and alpha, 3, or 4
  int bit_depth;    // bits per stored sample: 1, 2, 4, 8 or 16
  int has_palette;
  int has_alpha;    // an alpha channel, or (PNG) a tRNS chunk
  int interlaced;   // PNG: Adam7. JPEG: progressive.
  int is_grey;
} clip_image_info;

// Reads a file's header. `message` has CLIP_CODEC_MESSAGE bytes.
int clip_png_header(const uint8_t *bytes, size_t size, clip_image_info *info, char *message);
int clip_jpeg_header(const uint8_t *bytes, size_t size, clip_image_info *info, char *message);

// Decodes into `rgb`, which has 3·width·height bytes as the header said. Alpha is dropped (not blended), grey
// and palettes are expanded, 16-bit samples keep their high byte, no gamma or colour profile is applied.
int clip_png_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, uint32_t width, uint32_t height,
                    char *message);
int clip_jpeg_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, uint32_t width, uint32_t height,
                     char *message);

// Decodes what pixels are stored as, without colours: the place in the palette, or the grey value of 1 to 8 bits, unscaled,
// into `indices`, which has width·height bytes as the header said. PNG files of other kinds are unsupported.
int clip_png_indices(const uint8_t *bytes, size_t size, uint8_t *indices, uint32_t width, uint32_t height,
                     char *message);

// Kinds of PNG that are written.
enum { CLIP_PNG_RGB8 = 0, CLIP_PNG_RGBA8 = 1, CLIP_PNG_GREY8 = 2, CLIP_PNG_GREY16 = 3, CLIP_PNG_INDEXED8 = 4 };

// A picture to write. `pixels` are rows without padding; 16-bit samples in the machine's byte order.
typedef struct {
  const uint8_t *pixels;
  uint32_t width, height;
  int kind;
  const uint8_t *palette;  // CLIP_PNG_INDEXED8: 3·palette_count bytes of RGB
  int palette_count;       // 1...256
  const char *const *keys;    // text_count keywords, Latin-1, 1...79 bytes
  const char *const *values;  // text_count values, UTF-8
  int text_count;
  int compression;  // zlib's level, 0...9
} clip_png_picture;

// Encodes into memory that the caller frees with clip_codec_free.
int clip_png_encode(const clip_png_picture *picture, uint8_t **bytes, size_t *size, char *message);
// The same as baseline JPEG of quality 1...100 with Huffman tables made for the picture; colours at half the
// resolution both ways where `halved` is not 0. `rgb` has 3·width·height bytes; sides are at most 65500.
int clip_jpeg_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, int halved, uint8_t **bytes,
                     size_t *size, char *message);
void clip_codec_free(uint8_t *bytes);

// One separable resizing pass, precomputed: output position o reads inputs first[o] ..< first[o] + taps with the
// fixed-point weights weights[o·taps ..< (o+1)·taps], 22 fractional bits. Weights beyond the input are zero, and
// nothing is read there.
typedef struct {
  int outputs, taps;
  const int32_t *first;
  const int32_t *weights;
} clip_resize_pass;

// Rows of RGB bytes: [rows, in_width, 3] to [rows, pass.outputs, 3]. Returns 0 without memory, else 1.
int clip_resize_horizontal(const uint8_t *in, int rows, int in_width, const clip_resize_pass *pass, uint8_t *out);
// [in_height, row_bytes] to [pass.outputs, row_bytes].
void clip_resize_vertical(const uint8_t *in, int row_bytes, const clip_resize_pass *pass, uint8_t *out);

// One axis of a float array resized: in is (outer, inputs, inner), out is (outer, outputs, inner);
// out[·, o, ·] = Σ_t weights[o·taps + t] · in[·, index[o·taps + t], ·], summed in order of t.
void clip_resample_axis(const float *in, int outer, int inputs, int inner, int outputs, int taps,
                        const int32_t *index, const float *weights, float *out);

// out[x] = Σ_t weights[t] · in[x + t·step] for x < count; `in` has count + (taps − 1)·step floats.
void clip_convolve_row(const float *in, int count, int step, int taps, const float *weights, float *out);

// Colour maps by name: 256 colours of 3 bytes, lowest value first.
enum { CLIP_COLORMAP_JET = 0, CLIP_COLORMAP_VIRIDIS = 1, CLIP_COLORMAP_MAGMA = 2, CLIP_COLORMAP_TURBO = 3 };
const uint8_t *clip_colormap(int name);
