// JPEG, baseline and progressive, through libjpeg-turbo with its default (accurate integer) DCT and smooth
// chroma upsampling: what Pillow uses, so a model sees the same numbers.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
// jpeglib.h must precede:
#include <jerror.h>

#include "image_codecs.h"

// A progressive file may hold any number of scans, each as costly as a whole decode. Real ones have about ten.
#define MAXIMUM_SCANS 100

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  int code;
  char *message;
} jpeg_trouble;

static void say(char *message, const char *text) { snprintf(message, CLIP_CODEC_MESSAGE, "%s", text); }

_Noreturn static void fail(j_common_ptr jpeg, int code, const char *text) {
  jpeg_trouble *trouble = (jpeg_trouble *)jpeg->err;
  trouble->code = code;
  say(trouble->message, text);
  longjmp(trouble->escape, 1);
}

_Noreturn static void on_error(j_common_ptr jpeg) {
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  switch (jpeg->err->msg_code) {
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
      fail(jpeg, CLIP_CODEC_UNSUPPORTED, text);
    default:
      fail(jpeg, CLIP_CODEC_MALFORMED, text);
  }
}

// Warnings (level -1) are about damaged data, which libjpeg papers over. A file that ends early is refused.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  jpeg->err->num_warnings++;
  if (jpeg->err->msg_code == JWRN_JPEG_EOF) fail(jpeg, CLIP_CODEC_TRUNCATED, "the file ends too early");
}

static void on_progress(j_common_ptr jpeg) {
  j_decompress_ptr decoder = (j_decompress_ptr)jpeg;
  if (jpeg->is_decompressor && decoder->input_scan_number > MAXIMUM_SCANS)
    fail(jpeg, CLIP_CODEC_MALFORMED, "it has an unreasonable number of scans");
}

static void set_up(struct jpeg_decompress_struct *jpeg, jpeg_trouble *trouble, char *message) {
  memset(jpeg, 0, sizeof *jpeg);
  jpeg->err = jpeg_std_error(&trouble->manager);
  trouble->manager.error_exit = on_error;
  trouble->manager.emit_message = on_message;
  trouble->message = message;
  trouble->code = CLIP_CODEC_OK;
}

static void read_header(struct jpeg_decompress_struct *jpeg, const uint8_t *bytes, size_t size) {
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, bytes, size);
  jpeg_read_header(jpeg, TRUE);
  if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
    fail((j_common_ptr)jpeg, CLIP_CODEC_UNSUPPORTED,
         "its colours are CMYK, meant for printing: convert it to RGB first");
  if (jpeg->jpeg_color_space == JCS_UNKNOWN)
    fail((j_common_ptr)jpeg, CLIP_CODEC_UNSUPPORTED, "its colours are of an unknown kind");
}

int clip_jpeg_header(const uint8_t *bytes, size_t size, clip_image_info *out, char *message) {
  struct jpeg_decompress_struct jpeg;
  jpeg_trouble trouble;
  set_up(&jpeg, &trouble, message);
  if (setjmp(trouble.escape)) {
    jpeg_destroy_decompress(&jpeg);
    return trouble.code;
  }
  read_header(&jpeg, bytes, size);
  out->width = jpeg.image_width;
  out->height = jpeg.image_height;
  out->channels = jpeg.num_components;
  out->bit_depth = jpeg.data_precision;
  out->has_palette = 0;
  out->has_alpha = 0;
  out->interlaced = jpeg.progressive_mode;
  out->is_grey = jpeg.jpeg_color_space == JCS_GRAYSCALE;
  jpeg_destroy_decompress(&jpeg);
  return CLIP_CODEC_OK;
}

int clip_jpeg_decode(const uint8_t *bytes, size_t size, uint8_t *rgb, uint32_t width, uint32_t height,
                     char *message) {
  struct jpeg_decompress_struct jpeg;
  jpeg_trouble trouble;
  struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
  set_up(&jpeg, &trouble, message);
  if (setjmp(trouble.escape)) {
    jpeg_destroy_decompress(&jpeg);
    return trouble.code;
  }
  read_header(&jpeg, bytes, size);
  jpeg.progress = &progress;
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  if (jpeg.output_width != width || jpeg.output_height != height || jpeg.output_components != 3)
    fail((j_common_ptr)&jpeg, CLIP_CODEC_MALFORMED, "the size changed between two readings");
  size_t stride = (size_t)width * 3;
  while (jpeg.output_scanline < height) {
    JSAMPROW row = rgb + jpeg.output_scanline * stride;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return CLIP_CODEC_OK;
}

// Where the encoder writes: memory that grows, and is freed where it fails. (libjpeg's own `jpeg_mem_dest` loses
// track of it then.)
typedef struct {
  struct jpeg_destination_mgr manager;
  uint8_t *volatile bytes;  // changed between setjmp and longjmp
  size_t capacity;
} jpeg_destination;

static void grow(j_compress_ptr jpeg, size_t used) {
  jpeg_destination *destination = (jpeg_destination *)jpeg->dest;
  size_t capacity = destination->capacity ? 2 * destination->capacity : (size_t)1 << 16;
  uint8_t *larger = realloc(destination->bytes, capacity);
  if (!larger) fail((j_common_ptr)jpeg, CLIP_CODEC_MALFORMED, "out of memory");
  destination->bytes = larger;
  destination->capacity = capacity;
  destination->manager.next_output_byte = larger + used;
  destination->manager.free_in_buffer = capacity - used;
}

static void begin_writing(j_compress_ptr jpeg) { grow(jpeg, 0); }

// libjpeg calls this when the buffer is full.
static boolean write_more(j_compress_ptr jpeg) {
  grow(jpeg, ((jpeg_destination *)jpeg->dest)->capacity);
  return TRUE;
}

static void end_writing(j_compress_ptr jpeg) { (void)jpeg; }

int clip_jpeg_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, int halved, uint8_t **bytes,
                     size_t *size, char *message) {
  struct jpeg_compress_struct jpeg;
  jpeg_trouble trouble;
  jpeg_destination destination = {
      .manager = {.init_destination = begin_writing, .empty_output_buffer = write_more, .term_destination = end_writing}};
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = on_error;
  trouble.manager.emit_message = on_message;
  trouble.message = message;
  trouble.code = CLIP_CODEC_OK;
  if (setjmp(trouble.escape)) {
    jpeg_destroy_compress(&jpeg);
    free(destination.bytes);
    return trouble.code;
  }
  jpeg_create_compress(&jpeg);
  jpeg.dest = &destination.manager;
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = TRUE;
  // The accurate integer transform: the same bytes on every processor.
  jpeg.dct_method = JDCT_ISLOW;
  jpeg.comp_info[0].h_samp_factor = halved ? 2 : 1;
  jpeg.comp_info[0].v_samp_factor = halved ? 2 : 1;
  jpeg_start_compress(&jpeg, TRUE);
  size_t stride = (size_t)width * 3;
  while (jpeg.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(rgb + jpeg.next_scanline * stride);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  *bytes = destination.bytes;
  *size = destination.capacity - destination.manager.free_in_buffer;
  jpeg_destroy_compress(&jpeg);
  return CLIP_CODEC_OK;
}
