// PNG through libpng's low-level interface. (Its png_image_* interface applies gamma, which would change the
// numbers a model sees.)
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_codecs.h"

// What libpng's callbacks share with the call that is running.
typedef struct {
  const uint8_t *bytes;  // reading: the whole file
  size_t size, position;
  uint8_t *written;  // writing: a growing buffer
  size_t written_size, capacity;
  int code;
  char *message;
} png_context;

static void say(char *message, const char *text) { snprintf(message, CLIP_CODEC_MESSAGE, "%s", text); }

static void on_error(png_structp png, png_const_charp text) {
  png_context *context = png_get_error_ptr(png);
  if (context->code == CLIP_CODEC_OK) {
    context->code = CLIP_CODEC_MALFORMED;
    say(context->message, text);
  }
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  png_context *context = png_get_io_ptr(png);
  if (count > context->size - context->position) {
    context->code = CLIP_CODEC_TRUNCATED;
    say(context->message, "the file ends too early");
    png_error(png, "truncated");
  }
  memcpy(out, context->bytes + context->position, count);
  context->position += count;
}

static void write_bytes(png_structp png, png_bytep in, size_t count) {
  png_context *context = png_get_io_ptr(png);
  if (count > context->capacity - context->written_size) {
    size_t capacity = context->capacity ? context->capacity : 1 << 16;
    while (capacity - context->written_size < count) {
      if (capacity > SIZE_MAX / 2) png_error(png, "the picture is too large");
      capacity *= 2;
    }
    uint8_t *grown = realloc(context->written, capacity);
    if (!grown) png_error(png, "out of memory");
    context->written = grown;
    context->capacity = capacity;
  }
  memcpy(context->written + context->written_size, in, count);
  context->written_size += count;
}

static void flush_nothing(png_structp png) { (void)png; }

// Every chunk that pixels do not need is skipped unread: less to attack, and no profile can fail a picture.
static void skip_unneeded_chunks(png_structp png) {
  static const uint8_t names[] =
      "cHRM\0gAMA\0iCCP\0sRGB\0bKGD\0hIST\0pHYs\0sPLT\0tEXt\0zTXt\0iTXt\0tIME\0eXIf\0oFFs\0pCAL\0sCAL\0sBIT";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, (int)(sizeof names / 5));
}

// Reads a file's header, then calls `body`. Whatever fails within, here or in `body`, jumps back to this one place.
static int reading(const uint8_t *bytes, size_t size, char *message,
                   void (*body)(png_structp png, png_infop info, png_context *context, void *task), void *task) {
  png_context context = {.bytes = bytes, .size = size, .message = message};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &context, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    say(message, "out of memory");
    return CLIP_CODEC_MALFORMED;
  }
  if (!setjmp(png_jmpbuf(png))) {
    png_set_read_fn(png, &context, read_bytes);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    skip_unneeded_chunks(png);
    png_read_info(png, info);
    body(png, info, &context, task);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return context.code;
}

static void note_header(png_structp png, png_infop info, png_context *context, void *task) {
  (void)context;
  clip_image_info *out = task;
  int color = png_get_color_type(png, info);
  out->width = png_get_image_width(png, info);
  out->height = png_get_image_height(png, info);
  out->channels = png_get_channels(png, info);
  out->bit_depth = png_get_bit_depth(png, info);
  out->has_palette = color == PNG_COLOR_TYPE_PALETTE;
  out->has_alpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  out->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  out->is_grey = !(color & PNG_COLOR_MASK_COLOR);
}

int clip_png_header(const uint8_t *bytes, size_t size, clip_image_info *out, char *message) {
  return reading(bytes, size, message, note_header, out);
}

// Where pixels go, and the size that the header had.
typedef struct {
  uint8_t *pixels;
  uint32_t width, height;
} png_destination;

static void check_size(png_structp png, png_infop info, const png_destination *to) {
  if (png_get_image_width(png, info) != to->width || png_get_image_height(png, info) != to->height)
    png_error(png, "the size changed between two readings");
}

// Reads all rows, once the transformations are chosen.
static void read_rows(png_structp png, png_infop info, const png_destination *to, size_t stride) {
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != stride) png_error(png, "an unexpected layout of samples");
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < to->height; y++) png_read_row(png, to->pixels + y * stride, NULL);
  png_read_end(png, NULL);
}

static void read_colors(png_structp png, png_infop info, png_context *context, void *task) {
  (void)context;
  const png_destination *to = task;
  check_size(png, info, to);
  png_set_strip_16(png);
  png_set_expand(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  read_rows(png, info, to, (size_t)to->width * 3);
}

int clip_png_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, uint32_t width, uint32_t height,
                    char *message) {
  png_destination to = {rgb, width, height};
  return reading(bytes, size, message, read_colors, &to);
}

static void read_indices(png_structp png, png_infop info, png_context *context, void *task) {
  const png_destination *to = task;
  check_size(png, info, to);
  int color = png_get_color_type(png, info);
  if ((color != PNG_COLOR_TYPE_PALETTE && color != PNG_COLOR_TYPE_GRAY) || png_get_bit_depth(png, info) > 8) {
    context->code = CLIP_CODEC_UNSUPPORTED;
    say(context->message, "its pixels are colours, not indices: a palette or grey of at most 8 bits is needed");
    png_error(png, "unsupported");
  }
  png_set_packing(png);  // 1, 2 and 4 bits to a byte each, values kept
  read_rows(png, info, to, to->width);
}

int clip_png_indices(const uint8_t *bytes, size_t size, uint8_t *indices, uint32_t width, uint32_t height,
                     char *message) {
  png_destination to = {indices, width, height};
  return reading(bytes, size, message, read_indices, &to);
}

static void write_texts(png_structp png, png_infop info, const clip_png_picture *picture) {
  for (int i = 0; i < picture->text_count; i++) {
    int ascii = 1;
    for (const char *c = picture->values[i]; *c; c++) ascii &= (unsigned char)*c < 128;
    png_text text = {
        .compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
        .key = (png_charp)picture->keys[i],
        .text = (png_charp)picture->values[i],
        .text_length = ascii ? strlen(picture->values[i]) : 0,
        .itxt_length = ascii ? 0 : strlen(picture->values[i]),
        .lang = "",
        .lang_key = "",
    };
    png_set_text(png, info, &text, 1);
  }
}

int clip_png_encode(const clip_png_picture *picture, uint8_t **bytes, size_t *size, char *message) {
  static const int colors[] = {PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA, PNG_COLOR_TYPE_GRAY,
                               PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_PALETTE};
  static const int depths[] = {8, 8, 8, 16, 8};
  static const int pixel_bytes[] = {3, 4, 1, 2, 1};
  png_context context = {.message = message};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &context, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    say(message, "out of memory");
    return CLIP_CODEC_MALFORMED;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(context.written);
    return context.code;
  }
  png_set_write_fn(png, &context, write_bytes, flush_nothing);
  png_set_compression_level(png, picture->compression);
  png_set_IHDR(png, info, picture->width, picture->height, depths[picture->kind], colors[picture->kind],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->kind == CLIP_PNG_INDEXED8) {
    png_color palette[256];
    for (int i = 0; i < picture->palette_count; i++) {
      palette[i].red = picture->palette[3 * i];
      palette[i].green = picture->palette[3 * i + 1];
      palette[i].blue = picture->palette[3 * i + 2];
    }
    png_set_PLTE(png, info, palette, picture->palette_count);
  }
  write_texts(png, info, picture);
  png_write_info(png, info);
  if (picture->kind == CLIP_PNG_GREY16) png_set_swap(png);  // x86 and ARM are little-endian, PNG is big-endian
  size_t stride = (size_t)picture->width * pixel_bytes[picture->kind];
  for (uint32_t y = 0; y < picture->height; y++) png_write_row(png, picture->pixels + y * stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  *bytes = context.written;
  *size = context.written_size;
  return CLIP_CODEC_OK;
}

void clip_codec_free(uint8_t *bytes) { free(bytes); }
